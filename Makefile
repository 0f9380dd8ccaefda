# Everything a newcomer needs: `make demo`. Works with GNU make 3.81 (macOS) and newer.
# ARGS goes to the program: make demo ARGS="--port 9000"; make test ARGS="tests/tickets -k deadline"

BIN := .venv/bin
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable
ARGS ?=
NAME ?=

.PHONY: help setup demo test lint format lock bench clean
.DEFAULT_GOAL := help

help:
	@echo "make setup   install everything into .venv (the other targets do it by themselves)"
	@echo "make demo    a city at work, in your browser"
	@echo "make test    all tests          make lint    style and types"
	@echo "make bench   NAME=…: one of the benchmarks in bench/"
	@echo "make format  lay the code out   make lock    choose package versions anew"
	@echo "make clean   remove what make made; your data stays"

setup:
	@python=$$(sh tools/find-python.sh) && "$$python" tools/setup.py 1>&2

demo: setup
	@$(BIN)/jieban demo $(ARGS)

test: setup
	@found=; for name in $(BROWSERS); do command -v $$name >/dev/null 2>&1 && found=$$name; done; \
	  test -n "$$found" || test -d "/Applications/Google Chrome.app" || \
	  echo "No Chromium here: the browser tests are skipped (Debian: apt-get install chromium)."
	$(BIN)/pytest -n 2 $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The addresses of package indexes stay out of the file, so that every mirror works.
lock: setup
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.12 --upgrade \
	  --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet -o requirements.lock

bench: setup
	@$(BIN)/jieban bench $(NAME) $(ARGS)

clean:
	rm -rf .venv node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf src/jieban/web/static/vendor
	find src -name '*.mo' -delete
	find src tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} +

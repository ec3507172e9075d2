# The two commands of a reader: `make serve` and `make test`. Both set everything up first.
PYTHON ?= python3
BIN = .venv/bin
# Only `make serve PORT=8123` sets the port: a PORT of the shell's may be meant for others.
GIVEN_PORT = $(if $(filter command line,$(origin PORT)),EUAIQA_PORT=$(PORT))

.NOTPARALLEL:
.PHONY: serve test setup setup-dev models lint test-fast test-model test-browser eval bench messages clean

serve: setup
	@$(GIVEN_PORT) $(BIN)/python -m euaiqa serve

test: setup-dev models test-fast test-model test-browser

setup:
	@$(PYTHON) scripts/setup.py

setup-dev:
	@$(PYTHON) scripts/setup.py --dev

models: setup
	@$(BIN)/python -m euaiqa models pull

test-fast:
	$(BIN)/python -m pytest -q

test-model:
	$(BIN)/python -m pytest -q -m model

test-browser:
	$(BIN)/python -m pytest -q -m "browser and not model"

# The test half of our questions, over the seeds with the articles written for testing.
eval: models
	@mkdir -p build/eval/corpus
	@cp seeds/* tests/data/articles/* build/eval/corpus/
	EUAIQA_SEEDS=build/eval/corpus EUAIQA_INDEX=build/eval/index $(BIN)/python -m euaiqa eval \
		tests/data/questions_test.jsonl --json build/eval/report.json --html build/eval/report.html

# Beside LlamaIndex and llama.cpp alone, on a machine that does nothing else. With the AI Act:
# `make bench EVAL=folder`, which takes hours; QUESTIONS=6 asks fewer.
bench: models
	$(BIN)/python -m benchmarks.compare --out docs/performance.md \
		$(if $(EVAL),--eval $(EVAL)) $(if $(QUESTIONS),--questions $(QUESTIONS))

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m mypy

# The strings of the pages: gathered from templates and code into the French catalogue.
messages: setup
	@$(BIN)/python scripts/messages.py

clean:
	rm -rf .venv index build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

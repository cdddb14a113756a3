# Every command of the project; `make help` lists them. Each installs what it needs and is quick when that is there already.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

TOOLCHAIN := emscripten-port/toolchain
RUN := $(TOOLCHAIN)/run
WITH_NODE := $(TOOLCHAIN)/with-node
MOCHA := $(WITH_NODE) node node_modules/mocha/bin/mocha.js $$([[ -t 1 ]] || echo --no-color)
PORT := emscripten-port/gharial.py
# The SDK's node, not the machine's: what is measured is then the same V8 everywhere. Its tree may lack git.
BENCH = COMMIT=$$(git describe --always --dirty --abbrev=12 2>/dev/null || true) $(RUN) node bench/run.js
FUZZ_SECONDS ?=
SOAK_OPERATIONS ?= 1e9
CALLS ?= 1e7
ALLOCATORS ?= gharial
TESTS ?= 'test/**/*.test.js'
WITHOUT_HARDENED := $(filter-out test/unit/hardened.test.js,$(wildcard test/unit/*.test.js)) # which has no variant for threads
ROWS ?=
SDK ?=

cxx_files = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h' '*.cpp' '*.hpp')
bash_files = $(shell grep -lE '^\#!/(usr/bin/env bash|bin/bash|bin/sh)' .ci/* $(TOOLCHAIN)/* $$(git ls-files --cached --others --exclude-standard test) 2>/dev/null)

help: ## list the targets
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' Makefile | expand -t 24

demo: sdk ## build a program nobody here wrote with gharial, run it, and print the report of its heap
	@$(WITH_NODE) node test/programs/demo.js

web: sdk npm ## a Lua playground in the browser with the inspector beside it (PORT=8000)
	@$(WITH_NODE) node demo/serve.js

screenshots: prepare ## take the pictures of the README again, in Chromium
	@GHARIAL_SCREENSHOTS=write $(MOCHA) test/browser/playground.test.js

lib: sdk ## build libgharial and libgharial-checked and copy them to build/lib
	@rm -rf build/lib && mkdir -p build/lib
	@printf 'int main(void) { return 0; }\n' >build/lib/empty.c
	@for options in stats=1 stats=1:checked=1; do \
	  $(RUN) emcc build/lib/empty.c -sMALLOC=gharial --use-port=$(PORT):$$options -Wl,--trace -o build/lib/empty.js \
	    | sed -n 's/^.*[^a-z]\(\/.*libgharial[^/]*\.a\).*$$/\1/p; s/^\(\/.*libgharial[^/]*\.a\).*$$/\1/p' | sort -u | xargs -r cp -t build/lib; \
	done
	@rm -f build/lib/empty.*
	@ls build/lib/*.a

test: prepare ## run every test: units, model, port, JavaScript, programs, native, fuzz, mutants (TESTS=… for some)
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),60) $(MOCHA) $(TESTS)

test-matrix: sdk npm ## build a program in every mode of Emscripten, run it, write docs/compatibility.md (ROWS=part of a name; SDK=trixie)
	@$(if $(SDK),export GHARIAL_SUITE=$(SDK);) $(if $(SDK),$(TOOLCHAIN)/install;) $(WITH_NODE) node test/matrix/run.js $(if $(ROWS),'$(ROWS)')

test-threads: prepare ## run the tests of programs without threads again, linked with -pthread
	@GHARIAL_THREADS=1 $(MOCHA) $(WITHOUT_HARDENED) 'test/model/*.test.js' 'test/js/*.test.js' test/fuzz/replay.test.js 'test/programs/*.test.js'

fuzz: prepare ## fuzz the native build alone, 10 minutes (FUZZ_SECONDS=600)
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),600) $(MOCHA) 'test/fuzz/**/*.test.js'

soak: sdk npm ## a billion calls in wasm, verified by samples: no drift (SOAK_OPERATIONS=1e9)
	@SOAK_OPERATIONS=$(SOAK_OPERATIONS) $(WITH_NODE) node test/soak/run.js

coverage: clang npm ## lines of src/ that the native tests and the corpus execute
	@$(WITH_NODE) node test/native/coverage.js

mutants: prepare ## break the allocator on purpose, once for each mutant, and see the tests reject it
	@$(MOCHA) 'test/mutant/**/*.test.js'

bench: sdk npm programs ## measure every pattern and program with every allocator, print the tables, write build/bench/results.csv
	@$(BENCH)

bench-quick: sdk npm ## the patterns alone, in under 3 minutes
	@$(BENCH) --quick

bench-docs: npm ## make the tables and figures of docs/benchmarks.md from the newest file in bench/results
	@$(WITH_NODE) node bench/docs.js

worst: sdk npm ## search the most expensive call of each entry point (CALLS=1e7, ALLOCATORS=gharial,dlmalloc,…)
	@$(RUN) node bench/worst/search.js --calls $(CALLS) --allocator $(ALLOCATORS)

traces: sdk npm programs ## record the programs' allocations into bench/traces again
	@$(RUN) node bench/trace/record.js

programs: ## fetch the programs that the tests build
	@test/programs/fetch

golden: prepare ## rewrite the files in test/golden and test/worst and the tables of docs/security.md from what is built now; review the difference
	@GHARIAL_GOLDEN=write $(MOCHA) 'test/golden/**/*.test.js' 'test/worst/**/*.test.js' 'test/fault/**/*.test.js'

check: npm ## format, lint and types; changes nothing
	@for file in $(bash_files); do case $$(head -n 1 $$file) in *bash) bash -n $$file ;; *) sh -n $$file ;; esac; done
	@told=$$($(WITH_NODE) node_modules/.bin/clang-format --dry-run -Werror $(cxx_files) 2>&1) || { \
	  files=$$(sed -nE 's/^([^:]+):[0-9]+:[0-9]+: error:.*/\1/p' <<<"$$told" | sort -u | xargs); \
	  echo "not formatted, run \`make format\`: $${files:-$$told}" >&2; exit 1; }
	@$(WITH_NODE) node_modules/.bin/biome check --error-on-warnings .
	@! grep -n '"resolved"' package-lock.json || { echo 'package-lock.json holds download addresses: see .npmrc' >&2; exit 1; }
	@rm -rf build/types && $(WITH_NODE) node_modules/.bin/tsc --outDir build/types && rm -r build/types/cli
	@diff -r js/types build/types || { echo 'js/types is stale: run `make types`' >&2; exit 1; }

format: npm ## format every file in place
	@$(if $(cxx_files),$(WITH_NODE) node_modules/.bin/clang-format -i $(cxx_files))
	@$(WITH_NODE) node_modules/.bin/biome check --write .

types: npm ## generate js/types/*.d.ts from the JSDoc in js/
	@rm -rf js/types
	@$(WITH_NODE) node_modules/.bin/tsc && rm -r js/types/cli # a program, no interface

install-sdk: sdk ## register gharial in the SDK, so that -sMALLOC=gharial needs no other flag
	@$(RUN) python3 emscripten-port/sdk.py install

uninstall-sdk: sdk ## undo install-sdk
	@$(RUN) python3 emscripten-port/sdk.py uninstall

clean: ## remove build/ (the SDK and fetched programs stay in the cache, see CONTRIBUTING.md)
	@rm -rf build

prepare: sdk npm clang builders chromium ## install what the tests need: an SDK, npm packages, clang, build systems, Chromium

sdk:
	@$(TOOLCHAIN)/install

clang:
	@$(TOOLCHAIN)/host-clang

builders: sdk
	@$(TOOLCHAIN)/builders

chromium:
	@$(TOOLCHAIN)/host-chromium

npm: node_modules/.package-lock.json

node_modules/.package-lock.json: package.json package-lock.json .npmrc
	@$(WITH_NODE) npm ci --ignore-scripts
	@touch $@

.PHONY: help demo web screenshots lib test test-matrix test-threads fuzz soak coverage mutants bench bench-quick bench-docs programs golden worst traces check format types install-sdk uninstall-sdk clean prepare sdk clang builders chromium npm

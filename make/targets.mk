# The targets that people call.
#
# On a new machine pkg-config is not there yet when make reads the Makefile, so what needs the libraries' flags is built by
# a second make, started after the packages were installed.

# One job per processor, unless the caller already said how many.
JOBS ?= $(shell nproc)
SECONDS ?= 300
# What runs against PostGIS, too: EG_TEST_STORE names the database (tests/support/test_store.h).
STORE_TESTS = $(basename $(patsubst tests/%,%,$(wildcard tests/unit/test_store*.c))) unit/test_edits unit/test_undoing \
              property/test_history_property property/test_store_agrees
STORE_SCRIPTS = conformance/test_directory_formats.py $(patsubst %,http/test_%.py,entries admin suggest several_places hsds) \
                postgis/test_replicas.py
# What .ci/run builds with the sanitizers; ThreadSanitizer is for programs with threads.
SANITIZED = $(if $(filter tsan,$(VARIANT)),$(shell tests/threaded.sh),$(filter tests/unit/% tests/property/%,$(UNIT_SOURCES)))
REMAKE = $(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))

.PHONY: shots help build test test-clients test-postgis test-cite check format bless bench fuzz search run install clean packages
.PHONY: england-data england massachusetts-data massachusetts

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: packages ## build the program (VARIANT=release, debug, asan, tsan)
	@$(REMAKE) $(PROGRAM)

packages: ## install the Debian packages that building needs, where missing
	@tools/install-packages.sh build

run: build ## build, make the fictional county and serve it (ATLAS=path: another; ARGS="--listen :8090": options)
	@tools/run.sh $(PROGRAM) $(ATLAS) $(ARGS)

england-data: ## bring and check England's data (from the folder EVENGROUND_DATA, default ../shared/data)
	@tools/install-packages.sh data
	@tools/geodata.sh england

england: build england-data ## build, and serve England
	@tools/run.sh $(PROGRAM) geodata/england/atlas.yaml $(ARGS)

massachusetts-data: ## the same for Massachusetts
	@tools/install-packages.sh data
	@tools/geodata.sh massachusetts

massachusetts: build massachusetts-data ## build, and serve Massachusetts
	@tools/run.sh $(PROGRAM) geodata/massachusetts/atlas.yaml $(ARGS)

test: ## install what tests need, build and run all tests
	@tools/install-packages.sh build test
	@$(REMAKE) $(PROGRAM) test-programs fuzz-programs
	@tests/run.sh $(VARIANT) $(FOLDERS)

.PHONY: test-programs sanitized-programs fuzz-programs
test-programs: $(UNIT_TESTS) ; @:
sanitized-programs: $(PROGRAM) $(SANITIZED:%.c=$(BUILD)/%) ; @:
fuzz-programs: $(FUZZ_PROGRAMS) ; @:

test-clients: ## GDAL, OWSLib, QGIS, MapServer, web maps against the running program (EG_BLESS=1: also makes the guide's pictures)
	@tools/install-packages.sh build test clients
	@$(REMAKE) $(PROGRAM)
	@TEST_JOBS=1 tests/run.sh $(VARIANT) clients

test-postgis: ## the tests of the store, of imports, exports, REST and editors' pages against PostGIS, which it installs and starts in a temporary folder
	@tools/install-packages.sh build test
	@$(REMAKE) $(PROGRAM) $(STORE_TESTS:%=$(BUILD)/tests/%)
	@tools/test-postgis.sh $(VARIANT) $(STORE_TESTS) $(STORE_SCRIPTS)

test-cite: ## OGC's executable suites, where Maven Central has them (see docs/conformance.md)
	@tools/install-packages.sh build test cite
	@$(REMAKE) $(PROGRAM)
	@TEST_JOBS=1 tests/run.sh $(VARIANT) cite

shots: ## pictures of every page and state at 320 and 1280 pixels for people to look at, in build/shots (TEST_CASE=word picks some)
	@tools/install-packages.sh build test
	@$(REMAKE) $(PROGRAM)
	@EVENGROUND_PROGRAM=$(CURDIR)/$(PROGRAM) node tests/browser/shots.mjs

check: ## format, floors, banned functions, symbols, scripts, schemas
	@tools/install-packages.sh build check
	@$(REMAKE) VARIANT=release build/release/libevenground.a
	@tools/check.sh

format: ## reformat the C sources
	@tools/install-packages.sh check
	@find src tests tools -name '*.[ch]' -exec clang-format-14 -i {} +

bless: ## write the golden pictures and the kept screenshots of web maps anew from what is drawn now
	@EG_BLESS=1 $(MAKE) --no-print-directory test FOLDERS=golden
	@EG_BLESS=1 TEST_ONLY=web_maps $(MAKE) --no-print-directory test-clients

bench: ## measure against the peers; writes build/bench/ (see docs/benchmarks.md)
	@tools/install-packages.sh build bench
	@$(REMAKE) VARIANT=release build/release/evenground benches
	@tools/bench.py

.PHONY: benches
benches: $(BENCHES)

fuzz: ## replay the fuzz corpus under the sanitizers (FUZZ_SECONDS=60 also searches, with clang)
	@tools/install-packages.sh build
	@tools/fuzz.sh

search: ## run the random tests with fresh seeds for SECONDS=300; prints the seeds that fail (TEST_ONLY=word picks tests)
	@tools/install-packages.sh build test
	@$(REMAKE) $(PROGRAM) test-programs
	@tools/search.sh $(VARIANT) $(SECONDS)

install: build ## install the program, which holds all it needs, and its manual page below DESTDIR and PREFIX
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/evenground
	install -D -m 644 docs/evenground.1 $(DESTDIR)$(PREFIX)/share/man/man1/evenground.1

clean: ## remove build/
	rm -rf build

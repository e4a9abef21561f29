# The targets that people call.

.PHONY: help build test check format bless bench fuzz run install clean packages

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: packages ## build the program (VARIANT=release, debug, asan, tsan)
	@$(MAKE) --no-print-directory $(PROGRAM)

packages: ## install the Debian packages that building needs, where missing
	@tools/install-packages.sh build

run: build ## build, make the fictional county and serve it (ATLAS=path serves another)
	@tools/run.sh $(PROGRAM) $(ATLAS)

test: ## install what tests need, build and run all tests
	@tools/install-packages.sh build test
	@$(MAKE) --no-print-directory WERROR=$(WERROR) $(PROGRAM) test-programs
	@tests/run.sh $(VARIANT)

.PHONY: test-programs
test-programs: $(UNIT_TESTS)

check: ## format, floors, banned functions, scripts, schemas
	@tools/install-packages.sh build check
	@tools/check.sh

format: ## reformat the C sources
	@tools/install-packages.sh check
	@clang-format -i $$(git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'tools/*.[ch]')

bless: ## write the golden pictures anew from what is drawn now
	@EG_BLESS=1 $(MAKE) --no-print-directory test

bench: ## measure against the peers; writes build/bench/ (see docs/benchmarks.md)
	@tools/install-packages.sh build bench
	@$(MAKE) --no-print-directory VARIANT=release build/release/evenground benches
	@tools/bench.sh

.PHONY: benches
benches: $(BENCHES)

fuzz: ## replay the fuzz corpus under the sanitizers (FUZZ_SECONDS=60 also searches, with clang)
	@tools/install-packages.sh build check
	@tools/fuzz.sh

install: $(PROGRAM) ## install below DESTDIR and PREFIX
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/evenground
	install -d $(DESTDIR)$(PREFIX)/share/evenground/styles $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 styles/* $(DESTDIR)$(PREFIX)/share/evenground/styles/
	install -m 644 docs/evenground.1 $(DESTDIR)$(PREFIX)/share/man/man1/evenground.1

clean: ## remove build/
	rm -rf build

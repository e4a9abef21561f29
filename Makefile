# Evenground. `make help` lists the targets; variants live side by side in build/<variant>/.

VARIANT ?= release
BUILD    = build/$(VARIANT)
ATLAS   ?= geodata/county/atlas.yaml
PREFIX  ?= /usr/local
CC      ?= cc
VERSION := $(shell cat VERSION)

PACKAGES = gdal geos proj libmicrohttpd libpng yaml-0.1 jansson libutf8proc freetype2 harfbuzz libdeflate libxxhash uuid zlib libxml-2.0 libjpeg libwebp glib-2.0 libargon2
# Third-party headers are system headers: our warnings are about our code.
CPPFLAGS_LIBS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null))
LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lgeos_c -lcsv -lm -lpthread

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes \
           -Wundef -Wvla -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wdouble-promotion -Wwrite-strings
HARDENING = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fcf-protection
LINK_HARDENING = -pie -Wl,-z,relro,-z,now

OPTIMISE_release = -O2 -g $(HARDENING)
LINK_release     = $(LINK_HARDENING)
OPTIMISE_debug   = -O0 -g3
OPTIMISE_asan    = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
LINK_asan        = -fsanitize=address,undefined
OPTIMISE_tsan    = -O1 -g -fno-omit-frame-pointer -fsanitize=thread
LINK_tsan        = -fsanitize=thread
# The fuzz variant needs clang (see tools/fuzz.sh); libFuzzer brings its own main.
OPTIMISE_fuzz    = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined \
                   -Wno-double-promotion # which clang says of long double too
LINK_fuzz        = -fsanitize=address,undefined

CPPFLAGS += -Isrc $(if $(filter tests/%,$<),-Itests) -D_GNU_SOURCE -DEG_VERSION='"$(VERSION)"' $(CPPFLAGS_LIBS)
CFLAGS   += -std=c11 $(WARNINGS) $(OPTIMISE_$(VARIANT)) -fvisibility=hidden $(if $(WERROR),-Werror)
LDFLAGS  += $(LINK_$(VARIANT))

LIB_SOURCES  := $(filter-out src/app/main.c,$(wildcard src/*/*.c))
LIB_OBJECTS   = $(LIB_SOURCES:%.c=$(BUILD)/%.o)
UNIT_SOURCES := $(wildcard tests/unit/*.c tests/property/*.c tests/golden/*.c tests/conformance/*.c)
UNIT_TESTS    = $(UNIT_SOURCES:%.c=$(BUILD)/%)
SUPPORT_SOURCES := $(wildcard tests/support/*.c)
SUPPORT_OBJECTS  = $(SUPPORT_SOURCES:%.c=$(BUILD)/%.o)
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_PROGRAMS = $(FUZZ_SOURCES:%.c=$(BUILD)/%)
BENCH_SOURCES := $(wildcard tests/bench/*.c)
BENCHES       = $(BENCH_SOURCES:%.c=$(BUILD)/%)
PROGRAM       = $(BUILD)/evenground

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:

include make/targets.mk

# Commands are shown by a word and their target; V=1 shows them whole.
say = $(if $(V),,@printf '%-5s %s\n' $1 $@;)

# --- building -------------------------------------------------------------------------------------------------------

# What is embedded in the program (pages, scripts, style sheets) is assembled into one object per file by .incbin.
include make/embed.mk

$(BUILD)/%.o: %.c VERSION
	@mkdir -p $(@D)
	$(call say,CC) $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/libevenground.a: $(LIB_OBJECTS) $(EMBED_OBJECTS)
	@rm -f $@
	$(call say,AR) ar rcs $@ $^

$(PROGRAM): $(BUILD)/src/app/main.o $(BUILD)/libevenground.a
	$(call say,LINK) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# Tests may fail the n-th allocation: the malloc family goes through tests/support/failing_malloc.c.
WRAP = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
# Two hundred programs are linked for the tests, in half the time by binutils' other linker. What people get is not linked by it: it does
# not keep the marks of -fcf-protection.
TEST_LINKER := $(if $(shell command -v ld.gold 2>/dev/null),-fuse-ld=gold)
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(SUPPORT_OBJECTS) $(BUILD)/libevenground.a
	$(call say,LINK) $(CC) $(CFLAGS) $(LDFLAGS) $(TEST_LINKER) $(WRAP) -o $@ $^ $(LIBS) -lcmocka

# What some benches and fuzz targets take from the tests' support.
$(BUILD)/tests/bench/bench_topology: $(BUILD)/tests/support/rings.o $(BUILD)/tests/support/test_data.o
$(BUILD)/tests/bench/bench_topology: LIBS += -lcmocka
$(addprefix $(BUILD)/tests/bench/bench_,directory hsds): $(BUILD)/tests/support/many_entries.o
$(BUILD)/tests/bench/bench_directory: $(BUILD)/tests/support/round_areas.o
$(BUILD)/tests/bench/bench_directory: LIBS := $(BUILD)/libevenground.a $(LIBS)
$(BUILD)/tests/fuzz/fuzz_topology: $(BUILD)/tests/support/topology_check.o
$(addprefix $(BUILD)/tests/fuzz/fuzz_,items maps wms wmts): $(BUILD)/tests/fuzz/county.o

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/libevenground.a
	$(call say,LINK) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

FUZZ_MAIN = $(if $(filter fuzz,$(VARIANT)),,$(BUILD)/tests/fuzz/replay_main.o)
$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_MAIN) $(BUILD)/libevenground.a
	$(call say,LINK) $(CC) $(CFLAGS) $(LDFLAGS) $(if $(FUZZ_MAIN),,-fsanitize=fuzzer) -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(LIBS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

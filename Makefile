# make            build everything into build/
# make run        a whole Ombud on this machine, playing a day (README.md)
# make up         the same without the day, on the real clock
# make check      format, warnings as errors with gcc and clang, lint, unit tests under ASan and UBSan: before each commit
# make unit       unit tests under ASan and UBSan; make suite SUITE=store: those of tests/store, and so on
# make lint       tests/lint: layers, banned calls, failpoints, scripts, documents
# make test       everything, on a real PostgreSQL and a real Kafka; SUITES="unit store": only those (tests/run has the table)
# make bench      Ombud beside its floor (tests/bench); BENCH="--rounds 3 throughput"
# make release    without failpoints, into build-release
# make prove      the full gates: random kills, F17, F18, F19a, F19b (tests/GATES.md); PROVE="--only F18 --seed 7 --runs 1"
# make rehearse   what takes longer than a gate should: make prove, a round of the bench, Olist played (DATA=FOLDER); before a release
# make clean-run  forgets the data of earlier runs
# make install    a release build into $(DESTDIR)$(PREFIX)
# make clean
#
# Variants have folders of their own: make BUILD=build-clang CC=clang; make BUILD=build-asan SANITIZE=address,undefined;
# make BUILD=build-release FAILPOINTS=0; make BUILD=build-planted PLANTED=1 (common/daemon/planted.h: for tests, never for use)
BUILD   ?= build
ifeq ($(origin CC),default)
CC      := gcc
endif
PKGS    := libpq rdkafka libevent libevent_openssl libprotobuf-c jansson yaml-0.1 libpcre2-8 icu-i18n libcurl libcrypto libssl
CFLAGS  ?= -O2 -g
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
FAILPOINTS ?= 1
PLANTED ?= 0
SANITIZE ?=
PREFIX  ?= /usr/local
# A release is optimized as a whole; sanitized builds trap.
VARIANT := $(if $(filter 0,$(FAILPOINTS)),-flto=auto) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
WARN    := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter -Wno-missing-field-initializers
HARDEN  := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -I. $(PKG_CFLAGS) -I$(BUILD)/gen -MMD -MP $(WARN) $(HARDEN) \
	$(if $(filter 1,$(FAILPOINTS)),-DOMBUD_FAILPOINTS) $(if $(filter 1,$(PLANTED)),-DOMBUD_PLANTED) \
	$(CFLAGS) $(VARIANT)
LIBS    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm
PROGRAMS := $(patsubst services/%/main.c,%,$(wildcard services/*/main.c))

# proto/ is the source: protoc-c makes its structs, common/wire/generate the tables (build/gen/contract). Rules are protovalidate's, whose
# validate.proto is fetched once; neither it nor options.proto has anything for C, so their headers are empty.
PROTOS  := $(shell find proto/ombud -name '*.proto')
VALIDATE := proto/buf/validate/validate.proto
GEN_C   := $(patsubst proto/%.proto,$(BUILD)/gen/%.pb-c.c,$(filter-out %/options.proto,$(PROTOS))) $(BUILD)/gen/google/protobuf/timestamp.pb-c.c
GEN_C   += $(BUILD)/gen/description.c
GEN_O   := $(GEN_C:.c=.o)
GEN_H   := $(patsubst %.c,%.h,$(filter %.pb-c.c,$(GEN_C)))
NO_H    := $(BUILD)/gen/buf/validate/validate.pb-c.h $(BUILD)/gen/ombud/options/v1/options.pb-c.h
TABLE_C := $(BUILD)/gen/contract/terms.c $(BUILD)/gen/contract/wire.c
TABLE_O := $(TABLE_C:.c=.o)
TABLES  := $(BUILD)/gen/contract/made
LIB_C   := $(wildcard common/*/*.c)
SERVICE_C := $(foreach p,$(PROGRAMS),$(wildcard services/$(p)/*.c))
SERVICE_O := $(SERVICE_C:%.c=$(BUILD)/%.o)
LIB_O   := $(LIB_C:%.c=$(BUILD)/%.o)
LIB     := $(BUILD)/libombud.a

program_name = $(BUILD)/bin/$(if $(filter ombudctl,$(1)),ombudctl,ombud-$(1))
BINARIES := $(foreach p,$(PROGRAMS),$(if $(wildcard services/$(p)/*.c),$(call program_name,$(p))))

.PHONY: all clean run up clean-run test prove rehearse bench bench-tools release check format lint unit suite suite-run install
all: $(LIB) $(BINARIES)

$(VALIDATE): proto/pom.xml
	proto/fetch
$(NO_H):
	@mkdir -p $(@D)
	@: >$@
$(TABLES): $(PROTOS) $(VALIDATE) common/wire/generate
	common/wire/generate $(@D)
	@touch $@
$(TABLE_C) $(BUILD)/gen/contract/terms.h: $(TABLES) ;
$(BUILD)/gen/%.pb-c.c: proto/%.proto $(VALIDATE)
	@mkdir -p $(BUILD)/gen
	protoc-c --proto_path=proto --proto_path=/usr/include --c_out=$(BUILD)/gen $<
$(BUILD)/gen/google/protobuf/timestamp.pb-c.c:
	@mkdir -p $(BUILD)/gen
	protoc-c --proto_path=/usr/include --c_out=$(BUILD)/gen google/protobuf/timestamp.proto
# A header is made beside its .c: without this, make has looked at the old one before, and what includes it is not compiled again.
$(GEN_H): %.h: %.c
	@:
# What GET /openapi.yaml answers.
$(BUILD)/gen/description.c: proto/openapi.yaml
	@mkdir -p $(BUILD)/gen
	@{ echo 'const unsigned char description_text[] = {'; od -An -v -tu1 $< | sed 's/ *\([0-9][0-9]*\)/\1,/g'; \
		echo '0};'; echo 'const unsigned long description_size = sizeof description_text - 1;'; } > $@
$(GEN_O): %.o: %.c | $(GEN_C) $(NO_H)
	$(CC) -std=gnu11 -I$(BUILD)/gen -fPIE $(CFLAGS) $(VARIANT) -c $< -o $@

# What was compiled with other flags is compiled again.
$(shell mkdir -p $(BUILD); f='$(CC) $(ALL_CFLAGS)'; [ "$$f" = "$$(cat $(BUILD)/flags 2>/dev/null)" ] || echo "$$f" > $(BUILD)/flags)
$(LIB_O) $(SERVICE_O) $(TABLE_O): | $(GEN_C) $(NO_H) $(TABLES)
$(TABLE_O): %.o: %.c $(BUILD)/flags
	$(CC) $(ALL_CFLAGS) -c $< -o $@
$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c $< -o $@

$(LIB): $(LIB_O) $(GEN_O) $(TABLE_O)
	@rm -f $@
	@ar rcs $@ $^

define program_rule
$(call program_name,$(1)): $$(patsubst %.c,$(BUILD)/%.o,$$(wildcard services/$(1)/*.c)) $(LIB)
	@mkdir -p $$(@D)
	$(CC) $(CFLAGS) $(VARIANT) -pie -Wl,-z,relro,-z,now,--as-needed $$^ $(LIBS) -o $$@
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

# BROKER=kafka|mock; of run: DATA=FOLDER, ONCE=1
run:
	@deploy/local/run $(if $(BROKER),--broker $(BROKER)) $(if $(DATA),--data $(DATA)) $(if $(ONCE),--once)
up:
	@deploy/local/run --up $(if $(BROKER),--broker $(BROKER))
clean-run:
	@deploy/local/run --forget

# ---- tests: tests/SUITE/test_*.c are programs (cmocka), the other .c files there are linked to each of them ----

SUITE     ?= unit
TEST_C    := $(wildcard tests/$(SUITE)/test_*.c)
TEST_O    := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/$(SUITE)/*.c))
# One that has a main of its own (tests/wire/convert.c) is a tool, and is linked to none.
TEST_TOOL_C := $(shell grep -l "^int main" $(filter-out $(TEST_C),$(wildcard tests/$(SUITE)/*.c)) /dev/null)
TEST_HELP_O := $(filter-out $(TEST_C:%.c=$(BUILD)/%.o) $(TEST_TOOL_C:%.c=$(BUILD)/%.o),$(TEST_O))
TESTS     := $(TEST_C:%.c=$(BUILD)/%)
SERVICES  := $(BUILD)/libservices.a

$(SERVICES): $(SERVICE_O)
	@rm -f $@
	@ar rcs $@ $^
$(TEST_O): | $(GEN_C) $(NO_H) $(TABLES)
$(TESTS): %: %.o $(TEST_HELP_O) $(SERVICES) $(LIB)
	$(CC) $(CFLAGS) $(VARIANT) -pie $^ $(LIBS) -lcmocka -o $@

$(BUILD)/tests/oracle/replay: %: %.o $(LIB)
	$(CC) $(CFLAGS) $(VARIANT) -pie $^ $(LIBS) -o $@

suite-run: $(TESTS)
	@tests/lib/count $(TESTS)

suite:
	@$(MAKE) --no-print-directory BUILD=build-asan SANITIZE=address,undefined PLANTED=1 CFLAGS='-O1 -g' SUITE=$(SUITE) suite-run

unit:
	@$(MAKE) --no-print-directory SUITE=unit suite

lint:
	@tests/lint/run

format:
	clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')

# Sets itself up: what the suites need from Debian, Kafka's jars, what the checkers need from npm.
test:
	@deploy/local/install build run kafka test
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@tests/run $(SUITES)

# PROVE: what tests/prove takes, --only F18 or --seed N for instance.
prove:
	@deploy/local/install build run kafka
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@tests/prove $(PROVE)

# What takes longer than a gate should: every full gate, one round of the bench, and Olist's data played where DATA=FOLDER has them.
# PROVE and BENCH as above and below: less of it.
rehearse:
	@deploy/local/install build run kafka test
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@DATA='$(DATA)' PROVE='$(PROVE)' BENCH='$(BENCH)' tests/run rehearsal

bench:
	@deploy/local/install build run kafka test
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@tests/bench/run $(BENCH)

# What make bench runs beside the daemons of a release build.
BENCH_TOOLS := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))
bench-tools: $(BENCH_TOOLS)
$(BUILD)/bench/%: tests/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(VARIANT) $(PKG_CFLAGS) -I$(BUILD)/gen $< $(LIB) $(LIBS) -o $@

RELEASE := $(if $(filter build,$(BUILD)),build-release,$(BUILD))
release:
	@$(MAKE) --no-print-directory BUILD=$(RELEASE) FAILPOINTS=0 all

check: format
	@$(MAKE) --no-print-directory CC=gcc all
	@$(MAKE) --no-print-directory CC=clang BUILD=build-clang all
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory unit

# ---- installation: programs, and what they read ----

INSTALLED      := $(filter-out player mockbroker,$(PROGRAMS))
INSTALLED_DATA := sql config platforms

install: release
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/ombud
	install $(foreach p,$(INSTALLED),$(subst $(BUILD)/,$(RELEASE)/,$(call program_name,$(p)))) $(DESTDIR)$(PREFIX)/bin
	cp -R --no-preserve=ownership $(INSTALLED_DATA:%=deploy/%) $(DESTDIR)$(PREFIX)/share/ombud

clean:
	rm -rf build build-*

-include $(LIB_O:.o=.d) $(TABLE_O:.o=.d) $(SERVICE_O:.o=.d) $(TEST_O:.o=.d)

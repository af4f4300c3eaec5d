# make            build everything into build/
# make run        a whole Ombud on this machine, playing a day (README.md)
# make check      format, warnings as errors with gcc and clang, lint, fast tests: before each commit
# make test       everything, on a real PostgreSQL and a real Kafka
# make clean-run  forgets the data of earlier runs
# make clean
BUILD   ?= build
ifeq ($(origin CC),default)
CC      := gcc
endif
PKGS    := libpq rdkafka libevent libevent_openssl libprotobuf-c jansson yaml-0.1 libpcre2-8 libcurl libcrypto libssl
CFLAGS  ?= -O2 -g
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
FAILPOINTS ?= 1
WARN    := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter
HARDEN  := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -I. $(PKG_CFLAGS) -I$(BUILD)/gen -MMD -MP $(WARN) $(HARDEN) \
	$(if $(filter 1,$(FAILPOINTS)),-DOMBUD_FAILPOINTS) $(CFLAGS)
LIBS    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm
PROGRAMS := intake triage escalation notification ombudctl player mockbroker

PROTOS  := $(shell find proto/ombud -name '*.proto')
GEN_C   := $(PROTOS:proto/%.proto=$(BUILD)/gen/%.pb-c.c) $(BUILD)/gen/google/protobuf/timestamp.pb-c.c
GEN_O   := $(GEN_C:.c=.o)
LIB_C   := $(wildcard common/*/*.c)
LIB_O   := $(LIB_C:%.c=$(BUILD)/%.o)
LIB     := $(BUILD)/libombud.a

program_name = $(BUILD)/bin/$(if $(filter ombudctl,$(1)),ombudctl,ombud-$(1))
BINARIES := $(foreach p,$(PROGRAMS),$(if $(wildcard services/$(p)/*.c),$(call program_name,$(p))))

.PHONY: all clean run clean-run
all: $(LIB) $(BINARIES)

$(BUILD)/gen/%.pb-c.c: proto/%.proto
	@mkdir -p $(BUILD)/gen
	protoc-c --proto_path=proto --proto_path=/usr/include --c_out=$(BUILD)/gen $<
$(BUILD)/gen/google/protobuf/timestamp.pb-c.c:
	@mkdir -p $(BUILD)/gen
	protoc-c --proto_path=/usr/include --c_out=$(BUILD)/gen google/protobuf/timestamp.proto
$(GEN_O): %.o: %.c | $(GEN_C)
	$(CC) -std=gnu11 -I$(BUILD)/gen -fPIE $(CFLAGS) -c $< -o $@

# What was compiled with other flags is compiled again.
$(shell mkdir -p $(BUILD); f='$(CC) $(ALL_CFLAGS)'; [ "$$f" = "$$(cat $(BUILD)/flags 2>/dev/null)" ] || echo "$$f" > $(BUILD)/flags)
$(LIB_O) : | $(GEN_C)
$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c $< -o $@

$(LIB): $(LIB_O) $(GEN_O)
	@rm -f $@
	@ar rcs $@ $^

define program_rule
$(call program_name,$(1)): $$(patsubst %.c,$(BUILD)/%.o,$$(wildcard services/$(1)/*.c)) $(LIB)
	@mkdir -p $$(@D)
	$(CC) $(CFLAGS) -pie -Wl,-z,relro,-z,now $$^ $(LIBS) -o $$@
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

# BROKER=kafka|mock, DATA=FOLDER, ONCE=1
run:
	@deploy/local/run $(if $(BROKER),--broker $(BROKER)) $(if $(DATA),--data $(DATA)) $(if $(ONCE),--once)
clean-run:
	@deploy/local/run --forget

clean:
	rm -rf $(BUILD)

-include $(LIB_O:.o=.d) $(foreach p,$(PROGRAMS),$(patsubst %.c,$(BUILD)/%.d,$(wildcard services/$(p)/*.c)))

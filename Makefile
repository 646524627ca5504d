# mpimport: what people and CI run.

GO      ?= go
BIN     := bin/mpimport
PROGRESS ?= auto

.PHONY: build demo test lint bench fuzz soak testdata clean

build: ## the program, in bin/
	$(GO) build -o $(BIN) ./cmd/mpimport

# The demo imports the same shop's files in three formats into a sandbox inside
# the process, then the first one again, which sends nothing.
DEMO := .work/demo
RUN   = MPIMPORT_WORK_DIR=$(DEMO) ./$(BIN) run --url sandbox --rate 2000 --progress $(PROGRESS)

demo: build ## a first look; needs no credentials and no network
	@rm -rf $(DEMO) && mkdir -p $(DEMO)
	@echo; echo '# events from CSV: 7 of the rows are broken, 1% may be'
	$(RUN) -m mappings/shop-events.yaml --max-rejects 1% --rejects $(DEMO)/events.rejects.ndjson testdata/events.csv
	@echo; echo '# the first reject, with its place, its reason and the row itself'
	@head -n 1 $(DEMO)/events.rejects.ndjson
	@echo; echo '# orders with their products from NDJSON, and from Parquet'
	$(RUN) -m mappings/shop-orders.yaml --max-rejects 1% --rejects $(DEMO)/orders.rejects.ndjson testdata/orders.ndjson
	$(RUN) -m mappings/shop-orders.yaml --max-rejects 1% --rejects $(DEMO)/orders.rejects.ndjson testdata/orders.parquet
	@echo; echo '# profiles: attributes without events'
	$(RUN) -m mappings/shop-profiles.yaml testdata/profiles.csv
	@echo; echo '# the first import once more: it is done, and nothing is sent'
	$(RUN) -m mappings/shop-events.yaml --max-rejects 1% --rejects $(DEMO)/events.rejects.ndjson testdata/events.csv

test: ## all tests, with the race detector
	$(GO) test -race ./...

lint: ## formatting, vet and staticcheck, whose version go.mod pins
	@test -z "$$(gofmt -l .)" || { echo 'not gofmt-ed:'; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

bench: ## benchmarks of each stage
	$(GO) test -run '^$$' -bench . -benchmem -cpu 1,$$(getconf _NPROCESSORS_ONLN) ./...

FUZZTIME ?= 30s
fuzz: ## every fuzz target for FUZZTIME
	@for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

SOAK ?= 1h
soak: ## imports that are killed, with faults and little memory, for SOAK
	SOAK=$(SOAK) $(GO) test -count 1 -timeout 0 -run KilledAnywhere ./cmd/mpimport

testdata: ## make testdata anew; it comes out the same
	$(GO) run ./cmd/mktestdata testdata

clean:
	rm -rf bin .work

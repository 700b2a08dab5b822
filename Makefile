# Skranke. "make" alone lists what can be made.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help test need lint fmt fences generate generate-verify docs look rows bench assets assets-verify run build clean

TEMPL := go tool -modfile=tools/go.mod templ

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## the gate: everything that must hold before a change goes in
	@tools/gate.sh

need: ## install what the gate needs (as root, with apt), or say what to install
	@tools/need.sh

lint: ## the linters of .golangci.yml
	@tools/lint.sh run

fmt: ## format Go files and templates
	@tools/lint.sh fmt
	@$(TEMPL) fmt internal

fences: ## who may import whom, sizes, dependencies, texts without use
	@go test -count=1 ./internal/fences

generate: ## write the Go files of templates and texts
	@tools/generated.sh write

generate-verify: ## fail if generated files are not what their sources make
	@tools/generated.sh verify

docs: ## write the verified documents anew: permissions, flows, OpenAPI
	@tools/docs.sh

look: ## open every page in a browser, check it, and keep pictures in look/, or LOOK=folder
	@LOOK=$(or $(LOOK),look) go test -count=1 -v -timeout 30m -run Look ./e2e/...

rows: ## run the tests named after requirement rows and print row by row; ROW=KEY-4 for one
	@go -C tools run ./rows $(ROW)

bench: ## what it costs, beside its floor
	@go run ./bench $(ARGS)

assets: ## build the committed assets from their sources (needs node)
	@tools/assets/build.sh

assets-verify: ## build the assets and compare with the committed ones (needs node)
	@tools/assets/build.sh --verify

run: ## start the demonstration
	@go run ./cmd/skranke demo $(ARGS)

build: ## the binary, in bin/
	@CGO_ENABLED=0 go build -trimpath -o bin/skranke ./cmd/skranke

clean: ## remove what make has built and cached here
	@rm -rf .cache bin look

# The one place to look for what can be done here: `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.SHELLFLAGS := -eu -o pipefail -c

CONFIGURATION ?= Release
DOTNET_FLAGS  := --configuration $(CONFIGURATION) -nodeReuse:false
export DOTNET_NOLOGO := 1
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export PATH := $(CURDIR)/.tools/bin:$(PATH)

.PHONY: help
help: ## Say what the targets do
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: sdk
sdk:
	@command -v dotnet >/dev/null || { echo "The .NET 10 SDK is needed: https://dotnet.microsoft.com/download/dotnet/10.0"; exit 1; }
	@dotnet --version >/dev/null || { echo "The .NET SDK that global.json asks for is not here: install .NET 10 from https://dotnet.microsoft.com/download/dotnet/10.0"; exit 1; }

.PHONY: tools
tools: ## Fetch kubectl, helm, promtool and Lua into .tools/bin
	@scripts/install-tools

.PHONY: build
build: sdk ## Build everything
	@dotnet restore Operator.sln --locked-mode --verbosity quiet
	@dotnet build Operator.sln --no-restore --verbosity quiet -clp:NoSummary $(DOTNET_FLAGS)

.PHONY: run
run: build tools ## Start a local cluster with the operator and the samples (ONCE=1: check the outcome and end)
	@exec dotnet tests/LocalCluster/bin/$(CONFIGURATION)/net10.0/local-cluster.dll run $(if $(filter 1,$(ONCE)),--once)

.PHONY: test
test: build tools ## Run every test (TEST_CLUSTER=embedded|envtest|k3s|kubeconfig)
	@CONFIGURATION=$(CONFIGURATION) scripts/run-tests

.PHONY: crds
crds: sdk ## Write the custom resource definition into crds/ and the chart, and docs/reference.md
	@dotnet build operator/Operator --verbosity quiet -clp:NoSummary $(DOTNET_FLAGS)
	@mkdir -p charts/kafka-logstash-operator/files/crds
	@dotnet operator/Operator/bin/$(CONFIGURATION)/net10.0/kafka-logstash-operator.dll crd > crds/kafkalogstashconnections.yaml.new
	@mv crds/kafkalogstashconnections.yaml.new crds/kafkalogstashconnections.yaml
	@dotnet operator/Operator/bin/$(CONFIGURATION)/net10.0/kafka-logstash-operator.dll crd --output markdown > docs/reference.md
	@cp crds/kafkalogstashconnections.yaml charts/kafka-logstash-operator/files/crds/
	@cp crds/kafkalogstashconnections.yaml config/crd/

.PHONY: deploy
deploy: tools ## Install the chart into the current kubectl context (REGISTRY, IMAGE, BRIDGE_IMAGE, LOGSTASH_IMAGE, NAMESPACE, HELM_ARGS)
	@scripts/deploy

.PHONY: undeploy
undeploy: tools ## Remove the operator from the current kubectl context; connections and their definition stay
	@scripts/deploy --remove

.PHONY: golden
golden: build tools ## Rewrite the golden files that tests compare with; read the diff before committing it
	@UPDATE_GOLDEN=1 CONFIGURATION=$(CONFIGURATION) scripts/run-tests

.PHONY: bench
bench: build ## Measure (ONLY=name for one group); figures go into docs/performance.md
	@dotnet tests/Benchmarks/bin/$(CONFIGURATION)/net10.0/KafkaLogstash.Benchmarks.dll $(ONLY)

.PHONY: fuzz
fuzz: sdk ## Hold the config language to its promises on random texts (SECONDS=600, SEED=random, FIRST=0)
	@dotnet build tests/Fuzz --verbosity quiet -clp:NoSummary $(DOTNET_FLAGS)
	@nice dotnet tests/Fuzz/bin/$(CONFIGURATION)/net10.0/KafkaLogstash.Fuzz.dll $(or $(SECONDS),600) $(SEED) $(if $(SEED),$(FIRST))

.PHONY: soak
soak: sdk ## Let everything fail around bridges at random, and count what arrives (SECONDS=300 in all, SEED=random, RECORDS=1000000 each, BRIDGES=3, ONLY=source|sink)
	@dotnet build tests/Soak --verbosity quiet -clp:NoSummary $(DOTNET_FLAGS)
	@dotnet tests/Soak/bin/$(CONFIGURATION)/net10.0/KafkaLogstash.Soak.dll "$(or $(SECONDS),300)" "$(SEED)" "$(RECORDS)" "$(BRIDGES)" $(ONLY)

.PHONY: version
version:
	@sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props

.PHONY: publish-images
publish-images: sdk ## Make what the images hold, in artifacts/images, without Docker or Podman
	@scripts/publish-images

.PHONY: images
images: sdk ## Build the images with Docker or Podman (REGISTRY=, PLATFORMS=linux/amd64,linux/arm64, PUSH=1)
	@REGISTRY=$(REGISTRY) PLATFORMS=$(PLATFORMS) PUSH=$(PUSH) scripts/build-images

.PHONY: release-files
release-files: sdk tools ## Make what a release offers for download, in artifacts/release
	@scripts/release-files

.PHONY: audit
audit: sdk ## Check the packages against the known vulnerabilities (needs the registry's audit service)
	@dotnet restore Operator.sln -p:NuGetAudit=true -p:NuGetAuditMode=all --force

.PHONY: clean
clean: ## Remove what was built
	@rm -rf artifacts $$(find operator tests -type d \( -name bin -o -name obj \) -prune)

// The core of the npm package @cloud-copilot/iam-simulate: a document with its policies read once, to be decided as often as one likes.
import { createRequire } from "node:module";

export function core(home) {
  const require = createRequire(home + "/x.js");
  const inside = home + "/node_modules/@cloud-copilot/iam-simulate/dist/cjs/";
  const { authorize } = require(inside + "core_engine/CoreSimulatorEngine.js");
  const { AwsRequestImpl } = require(inside + "request/request.js");
  const { RequestContextImpl } = require(inside + "requestContext.js");
  const { DiscoveryContextKeyConstraints } = require(inside + "context_keys/discoveryContextKeyConstraints.js");
  const { loadPolicy } = require("@cloud-copilot/iam-policy");

  const named = (list) => list?.map(({ name, policy }) => loadPolicy(policy, { name }));
  const levels = (list) => (list ?? []).map(({ orgIdentifier, policies }) => ({ orgIdentifier, policies: named(policies) }));
  const one = (policy, name) => (policy ? loadPolicy(policy, { name }) : undefined);
  const read = ({ request, ...document }) => ({
    request: new AwsRequestImpl(
      request.principal, request.resource, request.action, new RequestContextImpl(request.contextVariables ?? {}), request.wildcardOnlyAction ?? request.resource.resource === "*"),
    sessionPolicy: one(document.sessionPolicy, "session"),
    identityPolicies: named(document.identityPolicies) ?? [],
    serviceControlPolicies: levels(document.serviceControlPolicies),
    resourceControlPolicies: levels(document.resourceControlPolicies),
    resourcePolicy: one(document.resourcePolicy, "resource"),
    permissionBoundaries: named(document.permissionBoundaryPolicies),
    vpcEndpointPolicies: named(document.vpcEndpointPolicies),
    simulationParameters: { simulationMode: "Strict", discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]) },
    serviceSettings: document.additionalSettings ?? {},
  });
  return { read, decide: (ready) => authorize(ready).result };
}

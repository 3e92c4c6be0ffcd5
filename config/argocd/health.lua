-- The health of a KafkaLogstashConnection for Argo CD. argocd-cm.yaml holds the same text; a test keeps both the same and runs this in Lua.
-- Argo CD gives it `obj` and the base and table libraries alone; so there is no string library here.

local function health(status, message)
  return { status = status, message = message }
end

if obj.metadata.deletionTimestamp ~= nil then
  return health("Progressing", "Is being deleted.")
end

local conditions = {}
if obj.status ~= nil and obj.status.conditions ~= nil then
  for _, condition in ipairs(obj.status.conditions) do
    conditions[condition.type] = condition
  end
end

local ready = conditions["Ready"]
if ready == nil then
  return health("Progressing", "The operator has not looked at it yet.")
end

-- What stands in the status is about an older spec.
if obj.status.observedGeneration ~= obj.metadata.generation then
  return health("Progressing", "The operator has not looked at the latest change yet.")
end

-- It won't get better without a person.
if conditions["Stalled"] ~= nil and conditions["Stalled"].status == "True" then
  return health("Degraded", ready.message)
end

if obj.spec ~= nil and obj.spec.paused == true then
  return health("Suspended", ready.message)
end

if ready.status == "True" then
  return health("Healthy", ready.message)
end

-- Reasons that are part of every roll-out. All others say that something is wrong, even if the operator keeps trying.
local underWay = {
  NotDeployed = true,
  RollingOut = true,
  Asking = true,
  OldPipeline = true,
  Unschedulable = true,
  SourceNotReady = true,
  SinkNotReady = true,
}

for _, type in ipairs({ "Accepted", "ReferencesResolved", "KafkaReachable", "TopicsAvailable", "LogstashAvailable", "BridgeAvailable" }) do
  local condition = conditions[type]
  if condition ~= nil and condition.status == "False" and not underWay[condition.reason] then
    return health("Degraded", type .. ": " .. condition.message)
  end
end

return health("Progressing", ready.message)

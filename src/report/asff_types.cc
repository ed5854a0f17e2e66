// The names that the Security Finding Format has for AWS resources: the members of Security Hub's ResourceDetails (tests/outputs.py holds
// them against botocore's model).
#include <algorithm>

#include "base/text.h"
#include "report/asff.h"

namespace reeve {
namespace {

constexpr std::string_view types[] = {
    "AwsAmazonMqBroker", "AwsApiGatewayRestApi", "AwsApiGatewayStage", "AwsApiGatewayV2Api", "AwsApiGatewayV2Stage",
    "AwsAppSyncGraphQlApi", "AwsAthenaWorkGroup", "AwsAutoScalingAutoScalingGroup", "AwsAutoScalingLaunchConfiguration",
    "AwsBackupBackupPlan", "AwsBackupBackupVault", "AwsBackupRecoveryPoint", "AwsCertificateManagerCertificate",
    "AwsCloudFormationStack", "AwsCloudFrontDistribution", "AwsCloudTrailTrail", "AwsCloudWatchAlarm", "AwsCodeBuildProject",
    "AwsDmsEndpoint", "AwsDmsReplicationInstance", "AwsDmsReplicationTask", "AwsDynamoDbTable", "AwsEc2ClientVpnEndpoint",
    "AwsEc2Eip", "AwsEc2Instance", "AwsEc2LaunchTemplate", "AwsEc2NetworkAcl", "AwsEc2NetworkInterface", "AwsEc2RouteTable",
    "AwsEc2SecurityGroup", "AwsEc2Subnet", "AwsEc2TransitGateway", "AwsEc2Volume", "AwsEc2Vpc", "AwsEc2VpcEndpointService",
    "AwsEc2VpcPeeringConnection", "AwsEc2VpnConnection", "AwsEcrContainerImage", "AwsEcrRepository", "AwsEcsCluster",
    "AwsEcsContainer", "AwsEcsService", "AwsEcsTask", "AwsEcsTaskDefinition", "AwsEfsAccessPoint", "AwsEksCluster",
    "AwsElasticBeanstalkEnvironment", "AwsElasticsearchDomain", "AwsElbLoadBalancer", "AwsElbv2LoadBalancer",
    "AwsEventSchemasRegistry", "AwsEventsEndpoint", "AwsEventsEventbus", "AwsGuardDutyDetector", "AwsIamAccessKey",
    "AwsIamGroup", "AwsIamPolicy", "AwsIamRole", "AwsIamUser", "AwsKinesisStream", "AwsKmsKey", "AwsLambdaFunction",
    "AwsLambdaLayerVersion", "AwsMskCluster", "AwsNetworkFirewallFirewall", "AwsNetworkFirewallFirewallPolicy",
    "AwsNetworkFirewallRuleGroup", "AwsOpenSearchServiceDomain", "AwsRdsDbCluster", "AwsRdsDbClusterSnapshot",
    "AwsRdsDbInstance", "AwsRdsDbSecurityGroup", "AwsRdsDbSnapshot", "AwsRdsEventSubscription", "AwsRedshiftCluster",
    "AwsRoute53HostedZone", "AwsS3AccessPoint", "AwsS3AccountPublicAccessBlock", "AwsS3Bucket", "AwsS3Object",
    "AwsSageMakerNotebookInstance", "AwsSecretsManagerSecret", "AwsSnsTopic", "AwsSqsQueue", "AwsSsmPatchCompliance",
    "AwsStepFunctionStateMachine", "AwsWafRateBasedRule", "AwsWafRegionalRateBasedRule", "AwsWafRegionalRule",
    "AwsWafRegionalRuleGroup", "AwsWafRegionalWebAcl", "AwsWafRule", "AwsWafRuleGroup", "AwsWafWebAcl", "AwsWafv2RuleGroup",
    "AwsWafv2WebAcl", "AwsXrayEncryptionConfig",
};

// Where the format calls a service or type otherwise than CloudFormation does.
constexpr std::pair<std::string_view, std::string_view> renamed[] = {
    {"AWS::ElasticLoadBalancing::LoadBalancer", "AwsElbLoadBalancer"},
    {"AWS::ElasticLoadBalancingV2::LoadBalancer", "AwsElbv2LoadBalancer"},
    {"AWS::IAM::ManagedPolicy", "AwsIamPolicy"},
    {"AWS::StepFunctions::StateMachine", "AwsStepFunctionStateMachine"},
};

}  // namespace

std::string asff_type(std::string_view type) {
  for (auto& [cloudformation, asff] : renamed)
    if (type == cloudformation) return std::string(asff);
  std::string joined;
  for (auto part : split(type, ':')) joined += part;
  for (auto name : types)
    if (equal_ignoring_case(name, joined)) return std::string(name);
  return "Other";
}

std::vector<std::string_view> asff_types() { return {std::begin(types), std::end(types)}; }

}  // namespace reeve

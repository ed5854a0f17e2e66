"""One case for each kind of escalation of the public pathfinding.cloud catalogue (and a few beyond): who needs what, told from the
descriptions there and from AWS's pages, not from content/escalations. tests/access_paths.py makes accounts of them.

A case is what the caller is allowed and what it is allowed on:

    id        of the catalogue, or a name of our own
    caller    user or role
    allows    permissions, each (action, resource) or an action alone, which is then allowed on everything
    target    what is taken over:
                ("service", NAME, profile)  a role with all power that the service may assume; profile: it stands in an instance profile
                ("user", POWER)             another user; POWER: with all power, or none
                ("role", POWER, TRUST)      a role; TRUST: whom its trust policy names, `account` or `nobody` (some other account's role)
                ("self",)                   the caller
                ("policy",)                 the caller, by a customer managed policy that it has
                ("group", MEMBER, POWER)    a group
    shown     False if IAM alone cannot show all that must be so: the path then has to name what is unknown
"""

TARGET = "{target}"
POLICY = "{policy}"
PASS = ("iam:PassRole", TARGET)


def service(name, profile=False):
    return ("service", name, profile)


ECS, GLUE, EC2, LAMBDA, SAGEMAKER = "ecs-tasks.amazonaws.com", "glue.amazonaws.com", "ec2.amazonaws.com", "lambda.amazonaws.com", "sagemaker.amazonaws.com"
CFN, BUILD, AGENT = "cloudformation.amazonaws.com", "codebuild.amazonaws.com", "bedrock-agentcore.amazonaws.com"


def case(name, allows, target, caller="user", shown=True):
    return {"id": name, "caller": caller, "allows": [(one, "*") if isinstance(one, str) else one for one in allows], "target": target, "shown": shown}


AC = "bedrock-agentcore:"
CASES = [
    case("apprunner-001", [PASS, "apprunner:CreateService"], service("tasks.apprunner.amazonaws.com")),
    case("apprunner-002", ["apprunner:UpdateService"], service("tasks.apprunner.amazonaws.com"), shown=False),
    case("amplify-001", [PASS, "amplify:CreateApp", "amplify:CreateBranch", "amplify:StartJob"], service("amplify.amazonaws.com"), shown=False),
    case("batch-001", [PASS, "batch:RegisterJobDefinition", "batch:SubmitJob"], service(ECS), shown=False),
    case("batch-002", ["batch:SubmitJob"], service(ECS), shown=False),
    case("batch-003", [PASS, "batch:CreateComputeEnvironment", "batch:CreateJobQueue", "batch:RegisterJobDefinition", "batch:SubmitJob"], service(ECS), shown=False),
    case("bedrock-001", [PASS, AC + "CreateCodeInterpreter", AC + "StartCodeInterpreterSession", AC + "InvokeCodeInterpreter"], service(AGENT)),
    case("bedrock-002", [AC + "StartCodeInterpreterSession", AC + "InvokeCodeInterpreter"], service(AGENT), shown=False),
    case("bedrock-003", [PASS, AC + "CreateAgentRuntime", AC + "CreateAgentRuntimeEndpoint", AC + "CreateWorkloadIdentity", AC + "InvokeAgentRuntimeCommand"], service(AGENT)),
    case("bedrock-004", [AC + "InvokeAgentRuntimeCommand"], service(AGENT), shown=False),
    case("bedrock-005", [PASS, AC + "CreateHarness", AC + "CreateAgentRuntime", AC + "CreateAgentRuntimeEndpoint", AC + "CreateWorkloadIdentity", AC + "GetAgentRuntime",
                         AC + "GetHarness", AC + "InvokeAgentRuntimeCommand"], service(AGENT), shown=False),
    case("bedrock-006", [PASS, AC + "CreateBrowser", AC + "StartBrowserSession", AC + "ConnectBrowserAutomationStream"], service(AGENT)),
    case("bedrock-007", [AC + "StartBrowserSession", AC + "ConnectBrowserAutomationStream"], service(AGENT), shown=False),
    case("braket-001", [PASS, "braket:CreateJob"], service("braket.amazonaws.com")),
    case("cloudformation-001", [PASS, "cloudformation:CreateStack"], service(CFN)),
    case("cloudformation-002", ["cloudformation:UpdateStack"], service(CFN), shown=False),
    case("cloudformation-003", [PASS, "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"], service(CFN)),
    case("cloudformation-004", [PASS, "cloudformation:UpdateStackSet"], service(CFN), shown=False),
    case("cloudformation-005", ["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"], service(CFN), shown=False),
    case("codebuild-001", [PASS, "codebuild:CreateProject", "codebuild:StartBuild"], service(BUILD)),
    case("codebuild-002", ["codebuild:StartBuild"], service(BUILD), shown=False),
    case("codebuild-003", ["codebuild:StartBuildBatch"], service(BUILD), shown=False),
    case("codebuild-004", [PASS, "codebuild:CreateProject", "codebuild:StartBuildBatch"], service(BUILD), shown=False),
    case("codedeploy-001", ["codedeploy:CreateDeployment", "codedeploy:RegisterApplicationRevision", "codedeploy:GetDeploymentConfig"], service(EC2, True), shown=False),
    case("cognitoidentity-001", [PASS, "cognito-identity:SetIdentityPoolRoles"], ("service", "cognito-identity.amazonaws.com", False), shown=False),
    case("datapipeline-001", [PASS, "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"], service("datapipeline.amazonaws.com"), shown=False),
    case("ec2-001", [PASS, "ec2:RunInstances"], service(EC2, True)),
    case("ec2-002", ["ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"], service(EC2, True), shown=False),
    case("ec2-003", [PASS, "ec2:RequestSpotInstances"], service(EC2, True), shown=False),
    case("ec2-004", ["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"], service(EC2, True), shown=False),
    case("ec2instanceconnect-003", ["ec2-instance-connect:SendSSHPublicKey", "ec2:DescribeInstances"], service(EC2, True), shown=False),
    case("ecs-001", [PASS, "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:CreateService"], service(ECS), shown=False),
    case("ecs-002", [PASS, "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:RunTask"], service(ECS), shown=False),
    case("ecs-003", [PASS, "ecs:RegisterTaskDefinition", "ecs:CreateService"], service(ECS), shown=False),
    case("ecs-004", [PASS, "ecs:RegisterTaskDefinition", "ecs:RunTask"], service(ECS), shown=False),
    case("ecs-005", [PASS, "ecs:RegisterTaskDefinition", "ecs:StartTask"], service(ECS), shown=False),
    case("ecs-006", ["ecs:ExecuteCommand", "ecs:DescribeTasks"], service(ECS), shown=False),
    case("ecs-007", [PASS, "ecs:RegisterContainerInstance", "ecs:StartTask"], service(ECS), caller="role", shown=False),
    case("ecs-008", [PASS, "ecs:RunTask"], service(ECS), shown=False),
    case("ecs-009", [PASS, "ecs:StartTask"], service(ECS), shown=False),
    case("emr-001", [PASS, "elasticmapreduce:RunJobFlow"], service(EC2, True), shown=False),
    case("emrserverless-001", [PASS, "emr-serverless:CreateApplication", "emr-serverless:StartJobRun"], service("emr-serverless.amazonaws.com")),
    case("gamelift-001", [PASS, "gamelift:CreateBuild", "gamelift:CreateFleet", "gamelift:RequestUploadCredentials"], service("gamelift.amazonaws.com")),
    case("glue-001", [PASS, "glue:CreateDevEndpoint"], service(GLUE)),
    case("glue-002", ["glue:UpdateDevEndpoint"], service(GLUE), shown=False),
    case("glue-003", [PASS, "glue:CreateJob", "glue:StartJobRun"], service(GLUE)),
    case("glue-004", [PASS, "glue:CreateJob", "glue:CreateTrigger"], service(GLUE)),
    case("glue-005", [PASS, "glue:UpdateJob", "glue:StartJobRun"], service(GLUE), shown=False),
    case("glue-006", [PASS, "glue:UpdateJob", "glue:CreateTrigger"], service(GLUE), shown=False),
    case("glue-007", [PASS, "glue:CreateSession", "glue:RunStatement"], service(GLUE)),
    case("iam-001", [("iam:CreatePolicyVersion", POLICY)], ("policy",)),
    case("iam-002", [("iam:CreateAccessKey", TARGET)], ("user", True), shown=False),
    case("iam-003", [("iam:CreateAccessKey", TARGET), ("iam:DeleteAccessKey", TARGET)], ("user", True)),
    case("iam-004", [("iam:CreateLoginProfile", TARGET)], ("user", True), shown=False),
    case("iam-005", [("iam:PutRolePolicy", TARGET)], ("self",), caller="role"),
    case("iam-006", [("iam:UpdateLoginProfile", TARGET)], ("user", True), shown=False),
    case("iam-007", [("iam:PutUserPolicy", TARGET)], ("self",)),
    case("iam-008", [("iam:AttachUserPolicy", TARGET)], ("self",)),
    case("iam-009", [("iam:AttachRolePolicy", TARGET)], ("self",), caller="role"),
    case("iam-010", [("iam:AttachGroupPolicy", TARGET)], ("group", True, False)),
    case("iam-011", [("iam:PutGroupPolicy", TARGET)], ("group", True, False)),
    case("iam-012", [("iam:UpdateAssumeRolePolicy", TARGET)], ("role", True, "nobody")),
    case("iam-013", [("iam:AddUserToGroup", TARGET)], ("group", False, True)),
    case("iam-014", [("iam:AttachRolePolicy", TARGET), ("sts:AssumeRole", TARGET)], ("role", False, "account")),
    case("iam-015", [("iam:AttachUserPolicy", TARGET), ("iam:CreateAccessKey", TARGET)], ("user", False), shown=False),
    case("iam-016", [("iam:CreatePolicyVersion", POLICY), ("sts:AssumeRole", TARGET)], ("role", False, "account")),
    case("iam-017", [("iam:PutRolePolicy", TARGET), ("sts:AssumeRole", TARGET)], ("role", False, "account")),
    case("iam-018", [("iam:PutUserPolicy", TARGET), ("iam:CreateAccessKey", TARGET)], ("user", False), shown=False),
    case("iam-019", [("iam:AttachRolePolicy", TARGET), ("iam:UpdateAssumeRolePolicy", TARGET)], ("role", False, "nobody")),
    case("iam-020", [("iam:CreatePolicyVersion", POLICY), ("iam:UpdateAssumeRolePolicy", TARGET)], ("role", False, "nobody")),
    case("iam-021", [("iam:PutRolePolicy", TARGET), ("iam:UpdateAssumeRolePolicy", TARGET)], ("role", False, "nobody")),
    case("imagebuilder-001", [PASS, "imagebuilder:CreateComponent", "imagebuilder:CreateImageRecipe", "imagebuilder:CreateInfrastructureConfiguration", "imagebuilder:CreateImage"],
         service(EC2, True), shown=False),
    case("kinesisanalytics-001", [PASS, "kinesisanalytics:CreateApplication", "kinesisanalytics:StartApplication"], service("kinesisanalytics.amazonaws.com")),
    case("lambda-001", [PASS, "lambda:CreateFunction", "lambda:InvokeFunction"], service(LAMBDA)),
    case("lambda-002", [PASS, "lambda:CreateFunction", "lambda:CreateEventSourceMapping"], service(LAMBDA), shown=False),
    case("lambda-003", ["lambda:UpdateFunctionCode"], service(LAMBDA), shown=False),
    case("lambda-004", ["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], service(LAMBDA), shown=False),
    case("lambda-005", ["lambda:UpdateFunctionCode", "lambda:AddPermission"], service(LAMBDA), shown=False),
    case("lambda-006", [PASS, "lambda:CreateFunction", "lambda:AddPermission"], service(LAMBDA)),
    case("omics-001", [PASS, "omics:CreateWorkflow", "omics:StartRun", "s3:GetObject"], service("omics.amazonaws.com"), shown=False),
    case("sagemaker-001", [PASS, "sagemaker:CreateNotebookInstance"], service(SAGEMAKER), shown=False),
    case("sagemaker-002", [PASS, "sagemaker:CreateTrainingJob"], service(SAGEMAKER)),
    case("sagemaker-003", [PASS, "sagemaker:CreateProcessingJob"], service(SAGEMAKER)),
    case("sagemaker-004", ["sagemaker:CreatePresignedNotebookInstanceUrl"], service(SAGEMAKER), shown=False),
    case("sagemaker-005", ["sagemaker:CreateNotebookInstanceLifecycleConfig", "sagemaker:StopNotebookInstance", "sagemaker:UpdateNotebookInstance",
                           "sagemaker:StartNotebookInstance"], service(SAGEMAKER), shown=False),
    case("ssm-001", ["ssm:StartSession"], service(EC2, True), shown=False),
    case("ssm-002", ["ssm:SendCommand"], service(EC2, True), shown=False),
    case("ssm-003", [PASS, "ssm:CreateDocument", "ssm:StartAutomationExecution"], service("ssm.amazonaws.com")),
    case("sts-001", [("sts:AssumeRole", TARGET)], ("role", True, "account")),
    # Beyond the catalogue.
    case("autoscaling-new", [PASS, "autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup"], service(EC2, True), shown=False),
    case("stepfunctions-new", [PASS, "states:CreateStateMachine", "states:StartExecution"], service("states.amazonaws.com")),
    case("scheduler-new", [PASS, "scheduler:CreateSchedule"], service("scheduler.amazonaws.com")),
    case("emr-step", ["elasticmapreduce:AddJobFlowSteps"], service(EC2, True), shown=False),
    case("lambda-layer", ["lambda:UpdateFunctionConfiguration"], service(LAMBDA), shown=False),
]

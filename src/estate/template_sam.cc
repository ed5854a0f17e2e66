// What AWS's serverless transform makes (AWS SAM Developer Guide, "Generated CloudFormation resources"), as far as controls judge it.
#include "estate/template_sam.h"

#include <algorithm>
#include <functional>
#include <set>

#include "base/text.h"

namespace reeve {
namespace {

using Names = std::set<std::string_view>;

bool is_function(Value value) {
  if (!value.is_map() || value.size() != 1) return false;
  for (auto entry : value.entries())
    if (entry.key() == "Ref" || starts_with(entry.key(), "Fn::")) return true;
  return false;
}

bool asks_for_sam(Value root) {
  auto is_sam = [](Value one) { return one.is_string() && starts_with(one.text(), "AWS::Serverless-"); };
  const Value transform = root.get("Transform");
  if (is_sam(transform)) return true;
  for (Value one : transform.items())
    if (is_sam(one)) return true;
  return false;
}

// A property as the resource and, beside it, the template's Globals have it.
struct Property {
  Value global, own;
  explicit operator bool() const { return global || own; }
  Value any() const { return own ? own : global; }
};

class Sam {
 public:
  Sam(const DocumentPtr& written, std::vector<Error>& notes) : written_(written), root_(written->root()), notes_(notes) {
    Source self = written->self();
    self.document = written;
    file_ = self.file;
    slot_ = builder_.add_source(self);
  }

  DocumentPtr run() {
    here(root_);
    builder_.begin_map();
    for (auto entry : root_.entries()) {
      if (root_.get(entry.key()) != entry.value) continue;
      key(entry);
      if (entry.key() != "Resources" || !entry.value.is_map()) {
        builder_.copy(entry.value, slot_);
        continue;
      }
      here(entry.value);
      builder_.begin_map();
      for (auto each : entry.value.entries())
        if (entry.value.get(each.key()) == each.value) resource(each.key(), each.key_node, each.value);
      implicit_apis(entry.value);
      builder_.end();
    }
    builder_.end();
    return builder_.finish(written_->self());
  }

 private:
  // --- writing: everything made stands where the resource it is made for stands
  void here(Value at) { builder_.with_origin(slot_, at.index(), at.line(), at.column()); }
  void key(const Value::Entries::Entry& entry) {
    builder_.at(entry.key_node.line(), entry.key_node.column());
    builder_.key(entry.key());
  }
  void name(std::string_view name) {
    builder_.at(at_.line(), at_.column());
    builder_.key(name);
  }
  void map(const std::function<void()>& inside) {
    here(at_);
    builder_.begin_map();
    inside();
    builder_.end();
  }
  void list(const std::function<void()>& inside) {
    here(at_);
    builder_.begin_list();
    inside();
    builder_.end();
  }
  void text(std::string_view value) {
    here(at_);
    builder_.string(value);
  }
  void member(std::string_view key, std::string_view value) {
    name(key);
    text(value);
  }
  void ref(std::string_view id) {
    map([&] { member("Ref", id); });
  }
  void arn_of(const std::string& id) {
    map([&] { name("Fn::GetAtt"), list([&] { text(id), text("Arn"); }); });
  }

  // A property with its global beside it: maps are laid over one another, lists follow each other, else the resource's own counts.
  void merged(const Property& property) {
    const auto& [global, own] = property;
    if (!global || !own) return builder_.copy(property.any(), slot_);
    if (global.is_map() && own.is_map() && !is_function(global) && !is_function(own)) {
      here(own);
      builder_.begin_map();
      for (auto entry : global.entries()) key(entry), merged({entry.value, own.get(entry.key())});
      for (auto entry : own.entries())
        if (!global.get(entry.key())) key(entry), builder_.copy(entry.value, slot_);
      return builder_.end();
    }
    if (global.is_list() && own.is_list()) {
      here(own);
      builder_.begin_list();
      for (Value list : {global, own})
        for (Value item : list.items()) builder_.copy(item, slot_);
      return builder_.end();
    }
    builder_.copy(own, slot_);
  }

  Property property(std::string_view key) const { return {globals_.get(key), own_.get(key)}; }
  void copied(std::string_view from, std::string_view to) {
    if (Property found = property(from)) name(to), merged(found);
  }
  void copied(std::initializer_list<std::string_view> keys) {
    for (std::string_view key : keys) copied(key, key);
  }
  // All but those named.
  void rest(const Names& taken) {
    std::set<std::string_view> done;
    for (Value map : {globals_, own_})
      for (auto entry : map.entries())
        if (!taken.count(entry.key()) && done.insert(entry.key()).second) copied(entry.key(), entry.key());
  }
  void tags(std::string_view from = "Tags") {
    const Property found = property(from);
    if (!found) return;
    name("Tags");
    if (is_function(found.any()) || !found.any().is_map()) return builder_.copy(found.any(), slot_);
    list([&] {
      for (Value map : {found.global, found.own})
        for (auto entry : map.entries()) {
          if (map == found.global && found.own.get(entry.key())) continue;
          map_of_tag(entry);
        }
    });
  }
  void map_of_tag(const Value::Entries::Entry& entry) {
    here(entry.value);
    builder_.begin_map();
    member("Key", entry.key());
    name("Value");
    builder_.copy(entry.value, slot_);
    builder_.end();
  }

  // One resource: its type, what all resources may say beside their properties, and its properties.
  void made(const std::string& id, std::string_view type, const std::function<void()>& properties, bool first = true) {
    name(id);
    map([&] {
      member("Type", type);
      for (auto entry : resource_.entries())
        if (entry.key() == "Condition" || (first && entry.key() != "Type" && entry.key() != "Properties")) key(entry), builder_.copy(entry.value, slot_);
      name("Properties");
      if (const Value written = resource_.get("Properties"); first && written) here(written), builder_.begin_map(), properties(), builder_.end();
      else map(properties);
    });
  }

  void note(std::string what) { notes_.push_back({Code::unsupported, std::move(what), {file_, at_.line(), at_.column()}, "", ""}); }

  void resource(std::string_view id_text, Value key_node, Value body) {
    const std::string id(id_text);
    const Value type_node = body.get("Type");
    const std::string_view type = type_node.is_string() ? type_node.text() : "";
    resource_ = body;
    at_ = body;
    own_ = body.get("Properties");
    globals_ = {};
    if (starts_with(type, "AWS::Serverless::")) globals_ = root_.get("Globals").get(type.substr(17));
    if (type == "AWS::Serverless::Function") return function(id);
    if (type == "AWS::Serverless::Api") return api(id);
    if (type == "AWS::Serverless::HttpApi") return http_api(id);
    if (type == "AWS::Serverless::SimpleTable") return table(id);
    if (type == "AWS::Serverless::StateMachine") return state_machine(id);
    if (type == "AWS::Serverless::LayerVersion")
      return made(id, "AWS::Lambda::LayerVersion", [&] {
        copied("ContentUri", "Content");
        rest({"ContentUri", "RetentionPolicy"});
      });
    if (type == "AWS::Serverless::Application")
      return made(id, "AWS::CloudFormation::Stack", [&] {
        copied("Location", "TemplateURL");
        copied({"Parameters", "NotificationARNs", "TimeoutInMinutes"});
        tags();
      });
    if (type == "AWS::Serverless::GraphQLApi")
      return made(id, "AWS::AppSync::GraphQLApi", [&] {
        copied({"Name", "XrayEnabled"});
        if (Value kind = property("Auth").any().get("Type")) name("AuthenticationType"), builder_.copy(kind, slot_);
        copied("Logging", "LogConfig");
        tags();
      });
    if (starts_with(type, "AWS::Serverless::")) note("what `" + std::string(type) + "` makes is not judged: `" + id + "`");
    builder_.at(key_node.line(), key_node.column());
    builder_.key(id);
    builder_.copy(body, slot_);
  }

  void function(const std::string& id) {
    const Property role = property("Role");
    made(id, "AWS::Lambda::Function", [&] {
      name("Role");
      if (role) merged(role);
      else arn_of(id + "Role");
      if (Property tracing = property("Tracing")) name("TracingConfig"), map([&] { name("Mode"), merged(tracing); });
      if (Value target = property("DeadLetterQueue").any().get("TargetArn")) name("DeadLetterConfig"), map([&] { name("TargetArn"), builder_.copy(target, slot_); });
      if (Property code = property("InlineCode")) name("Code"), map([&] { name("ZipFile"), merged(code); });
      else if (Property image = property("ImageUri")) name("Code"), map([&] { name("ImageUri"), merged(image); });
      else if (Property uri = property("CodeUri"); uri.any().is_map()) name("Code"), code_of(uri.any());
      tags();
      rest({"Role", "Tracing", "DeadLetterQueue", "InlineCode", "ImageUri", "CodeUri", "Tags", "Events", "Policies", "PermissionsBoundary", "RolePath", "AssumeRolePolicyDocument", "AutoPublishAlias",
            "AutoPublishAliasAllProperties", "AutoPublishCodeSha256", "DeploymentPreference", "EventInvokeConfig", "FunctionUrlConfig", "ProvisionedConcurrencyConfig", "VersionDescription",
            "VersionDeletionPolicy", "PropagateTags", "SourceKMSKeyArn", "Connectors"});
    });
    if (!role) {
      std::vector<std::string> managed{"service-role/AWSLambdaBasicExecutionRole"};
      if (property("VpcConfig")) managed[0] = "service-role/AWSLambdaVPCAccessExecutionRole";
      if (Value mode = property("Tracing").any(); mode.is_string() && mode.text() == "Active") managed.push_back("AWSXRayDaemonWriteAccess");
      role_of(id, "lambda.amazonaws.com", managed);
    }
    if (Property url = property("FunctionUrlConfig")) {
      made(id + "Url", "AWS::Lambda::Url", [&] {
        name("TargetFunctionArn"), ref(id);
        for (std::string_view each : {"AuthType", "Cors", "InvokeMode"})
          if (Property part{url.global.get(each), url.own.get(each)}) name(each), merged(part);
      }, false);
      const Value auth = url.own.get("AuthType") ? url.own.get("AuthType") : url.global.get("AuthType");
      if (auth.is_string() && auth.text() == "NONE")
        made(id + "UrlPublicPermissions", "AWS::Lambda::Permission", [&] {
          member("Action", "lambda:InvokeFunctionUrl");
          name("FunctionName"), ref(id);
          member("Principal", "*");
          member("FunctionUrlAuthType", "NONE");
        }, false);
    }
    if (Property alias = property("AutoPublishAlias"); alias.any().is_string()) {
      made(id + "Version", "AWS::Lambda::Version", [&] { name("FunctionName"), ref(id); }, false);
      made(id + "Alias" + std::string(alias.any().text()), "AWS::Lambda::Alias", [&] {
        name("Name"), merged(alias);
        name("FunctionName"), ref(id);
      }, false);
    }
  }

  void code_of(Value uri) {
    map([&] {
      static const std::pair<std::string_view, std::string_view> names[] = {{"Bucket", "S3Bucket"}, {"Key", "S3Key"}, {"Version", "S3ObjectVersion"}};
      for (auto [from, to] : names)
        if (Value part = uri.get(from)) name(to), builder_.copy(part, slot_);
    });
  }

  void role_of(const std::string& id, std::string_view service, const std::vector<std::string>& managed) {
    made(id + "Role", "AWS::IAM::Role", [&] {
      name("AssumeRolePolicyDocument");
      if (Property trust = property("AssumeRolePolicyDocument")) merged(trust);
      else
        map([&] {
          member("Version", "2012-10-17");
          name("Statement"), list([&] {
            map([&] {
              member("Effect", "Allow");
              name("Action"), list([&] { text("sts:AssumeRole"); });
              name("Principal"), map([&] { name("Service"), list([&] { text(service); }); });
            });
          });
        });
      copied("RolePath", "Path");
      copied({"PermissionsBoundary"});
      // Policies are names or ARNs of managed ones, documents, or SAM's own templates, of which only SAM knows the statements.
      std::vector<Value> policies;
      const Property written = property("Policies");
      for (Value each : {written.global, written.own}) {
        if (each.is_list()) for (Value item : each.items()) policies.push_back(item);
        else if (each) policies.push_back(each);
      }
      name("ManagedPolicyArns"), list([&] {
        for (const std::string& each : managed) map([&] { member("Fn::Sub", "arn:${AWS::Partition}:iam::aws:policy/" + each); });
        for (Value each : policies) {
          if (is_function(each) || (each.is_string() && starts_with(each.text(), "arn:"))) builder_.copy(each, slot_);
          else if (each.is_string()) map([&] { member("Fn::Sub", "arn:${AWS::Partition}:iam::aws:policy/" + std::string(each.text())); });
        }
      });
      name("Policies"), list([&] {
        size_t number = 0;
        for (Value each : policies) {
          if (!each.is_map() || is_function(each)) continue;
          here(each);
          builder_.begin_map();
          member("PolicyName", id + "RolePolicy" + std::to_string(number++));
          name("PolicyDocument");
          if (each.get("Statement")) builder_.copy(each, slot_);
          else here(each), builder_.unknown("what SAM's policy template says is known only when the template is deployed");
          builder_.end();
        }
      });
      tags();
    }, false);
  }

  void stage_log() { copied("AccessLogSetting", "AccessLogSetting"); }

  void rest_api(const std::string& id, const std::string& stage_id, const std::function<void()>& stage_name) {
    made(id, "AWS::ApiGateway::RestApi", [&] {
      copied({"Name", "Description", "DisableExecuteApiEndpoint", "ApiKeySourceType", "BinaryMediaTypes", "FailOnWarnings", "Mode"});
      copied("MinimumCompressionSize", "MinimumCompressionSize");
      copied("DefinitionBody", "Body");
      if (Property end = property("EndpointConfiguration")) {
        name("EndpointConfiguration");
        map([&] {
          const Value type = end.any().is_map() && !is_function(end.any()) ? end.any().get("Type") : end.any();
          if (type) name("Types"), list([&] { builder_.copy(type, slot_); });
          if (Value points = end.any().get("VPCEndpointIds")) name("VpcEndpointIds"), builder_.copy(points, slot_);
        });
      }
      if (Value policy = property("Auth").any().get("ResourcePolicy")) name("Policy"), here(policy), builder_.unknown("what SAM makes of `ResourcePolicy` is known only when the template is deployed");
      tags();
    });
    made(stage_id, "AWS::ApiGateway::Stage", [&] {
      name("RestApiId"), ref(id);
      name("StageName"), stage_name();
      stage_log();
      copied({"TracingEnabled", "MethodSettings", "CacheClusterEnabled", "CacheClusterSize", "Variables"});
      copied("CanarySetting", "CanarySetting");
      tags();
    }, false);
  }

  void api(const std::string& id) {
    const Value stage = property("StageName").any();
    rest_api(id, id + (stage.is_string() ? std::string(stage.text()) : "") + "Stage", [&] {
      if (stage) builder_.copy(stage, slot_);
      else text("Prod");
    });
  }

  void http_stage(const std::string& id) {
    const Property stage = property("StageName");
    made(id + (stage.any().is_string() ? std::string(stage.any().text()) : "ApiGatewayDefault") + "Stage", "AWS::ApiGatewayV2::Stage", [&] {
      name("ApiId"), ref(id);
      name("StageName");
      if (stage) merged(stage);
      else text("$default");
      name("AutoDeploy"), here(at_), builder_.boolean(true);
      copied({"AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageVariables"});
    }, false);
  }

  void http_api(const std::string& id) {
    made(id, "AWS::ApiGatewayV2::Api", [&] {
      member("ProtocolType", "HTTP");
      copied({"Name", "Description", "DisableExecuteApiEndpoint", "CorsConfiguration", "FailOnWarnings"});
      copied("DefinitionBody", "Body");
    });
    http_stage(id);
  }

  void table(const std::string& id) {
    made(id, "AWS::DynamoDB::Table", [&] {
      const Value primary = property("PrimaryKey").any();
      const Value key_name = primary.get("Name");
      auto attribute = [&](std::string_view what, std::string_view value) {
        list([&] {
          map([&] {
            name("AttributeName");
            if (key_name) builder_.copy(key_name, slot_);
            else text("id");
            member(what, value);
          });
        });
      };
      const Value type = primary.get("Type");
      const std::string_view letter = type.is_string() && type.text() == "Number" ? "N" : type.is_string() && type.text() == "Binary" ? "B" : "S";
      name("AttributeDefinitions"), attribute("AttributeType", letter);
      name("KeySchema"), attribute("KeyType", "HASH");
      if (!property("ProvisionedThroughput")) member("BillingMode", "PAY_PER_REQUEST");
      tags();
      rest({"PrimaryKey", "Tags"});
    });
  }

  void state_machine(const std::string& id) {
    const Property role = property("Role");
    made(id, "AWS::StepFunctions::StateMachine", [&] {
      name("RoleArn");
      if (role) merged(role);
      else arn_of(id + "Role");
      copied("Name", "StateMachineName");
      copied("Type", "StateMachineType");
      copied("Logging", "LoggingConfiguration");
      copied("Tracing", "TracingConfiguration");
      copied("DefinitionUri", "DefinitionS3Location");
      copied("EncryptionConfiguration", "EncryptionConfiguration");
      tags();
    });
    if (!role) role_of(id, "states.amazonaws.com", {});
  }

  // Functions that answer an API without naming one share one that SAM makes.
  void implicit_apis(Value resources) {
    Value rest, http;
    for (auto entry : resources.entries()) {
      const Value type = entry.value.get("Type");
      if (!type.is_string() || type.text() != "AWS::Serverless::Function") continue;
      for (auto event : entry.value.get("Properties").get("Events").entries()) {
        const Value kind = event.value.get("Type"), properties = event.value.get("Properties");
        if (!kind.is_string()) continue;
        if (kind.text() == "Api" && !properties.get("RestApiId") && !rest) rest = event.value;
        if (kind.text() == "HttpApi" && !properties.get("ApiId") && !http) http = event.value;
      }
    }
    own_ = resource_ = {};
    if (rest && !resources.get("ServerlessRestApi")) {
      at_ = rest;
      globals_ = root_.get("Globals").get("Api");
      rest_api("ServerlessRestApi", "ServerlessRestApiProdStage", [&] { text("Prod"); });
    }
    if (http && !resources.get("ServerlessHttpApi")) {
      at_ = http;
      globals_ = root_.get("Globals").get("HttpApi");
      made("ServerlessHttpApi", "AWS::ApiGatewayV2::Api", [&] {
        member("ProtocolType", "HTTP");
        copied({"DisableExecuteApiEndpoint", "CorsConfiguration", "FailOnWarnings"});
      });
      http_stage("ServerlessHttpApi");
    }
  }

  DocumentPtr written_;
  Value root_;
  std::vector<Error>& notes_;
  std::string file_;
  Builder builder_;
  uint16_t slot_ = 0;
  Value resource_, own_, globals_, at_;  // of the resource being replaced
};

}  // namespace

DocumentPtr sam_transformed(const DocumentPtr& written, std::vector<Error>& notes) {
  return asks_for_sam(written->root()) ? Sam(written, notes).run() : nullptr;
}

}  // namespace reeve

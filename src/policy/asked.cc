// A request made ready: what follows from its caller and its resource.
//
// Sources: IAM User Guide, "AWS global condition context keys", "IAM JSON policy elements: Principal".
#include <cctype>

#include "aws/region.h"
#include "base/text.h"
#include "policy/compiled.h"

namespace reeve::policy {

using State = ContextValue::State;

Derived derived_of(std::string_view key) {
  if (!starts_with(key, "aws:")) return Derived::none;
  key.remove_prefix(4);
  struct Row {
    std::string_view key;
    Derived derived;
  };
  static constexpr Row rows[] = {
      {"principalarn", Derived::principal_arn},
      {"principalaccount", Derived::principal_account},
      {"principaltype", Derived::principal_type},
      {"userid", Derived::user_id},
      {"username", Derived::user_name},
      {"principalisawsservice", Derived::is_aws_service},
      {"principalservicename", Derived::service_name},
      {"principalservicenameslist", Derived::service_source},
      {"sourcearn", Derived::service_source},
      {"sourceaccount", Derived::service_source},
      {"sourceorgid", Derived::service_source},
      {"sourceorgpaths", Derived::service_source},
      {"principalorgid", Derived::principal_org},
      {"principalorgpaths", Derived::principal_org},
      {"federatedprovider", Derived::federated_provider},
      {"assumedroot", Derived::assumed_root},
      {"resourceaccount", Derived::resource_account},
      {"tokenissuetime", Derived::token},
      {"multifactorauthpresent", Derived::token},
      {"multifactorauthage", Derived::token},
  };
  for (const auto& row : rows)
    if (row.key == key) return row.derived;
  if (starts_with(key, "principaltag/")) return Derived::principal_tag;
  return Derived::none;
}

Asked::Asked(const DecisionRequest& asked, const DecisionOptions& how, bool boundary)
    : request(asked), options(how), caller(asked.caller), has_boundary(boundary) {
  const std::string& text = request.action;
  if (text.size() <= sizeof buffer_) {
    for (size_t i = 0; i < text.size(); ++i) buffer_[i] = static_cast<char>(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
    action = {buffer_, text.size()};
  } else {
    long_action_ = lower(text);
    action = long_action_;
  }
  service = action.substr(0, action.find(':'));
  resource = request.resource;
  resource_account = request.resource_account;
  resource_kind = request.resource_type;
  if (auto arn = parse_arn(resource)) {
    resource_partition = arn->partition;
    if (resource_account.empty()) resource_account = arn->account;
    if (resource_kind.empty()) resource_kind = arn->resource_type();
  } else if (resource == "*" && resource_account.empty()) {
    resource_account = caller.account;
  }
  if (resource_account == "aws") resource_account = caller.account;  // what AWS manages is everybody's own
  if (auto arn = parse_arn(caller.arn)) {
    partition = arn->partition;
    if (arn->service == "sts" && (arn->resource_type() == "assumed-role" || arn->resource_type() == "federated-user")) {
      std::string_view id = arn->resource_id();
      size_t slash = id.find('/');
      role_name = id.substr(0, slash);
      session_name = slash == std::string_view::npos ? std::string_view() : id.substr(slash + 1);
    }
  }
  if (role_name.empty() && caller.kind == CallerKind::role_session)
    if (auto arn = parse_arn(caller.role_arn)) role_name = arn->name();
}

Truth Asked::same_account() const {
  if (!iam_caller()) return Truth::no;
  if (caller.account.empty() || resource_account.empty()) return Truth::unknown;
  return truth(caller.account == resource_account);
}

KeyView Asked::find(std::string_view key) const {
  std::string key_lower = lower(key);
  return value(key_lower, derived_of(key_lower));
}

KeyView Asked::value(const std::string& key_lower, Derived derived) const {
  const auto& items = request.context.items();
  if (auto found = items.find(key_lower); found != items.end()) return KeyView::of(found->second);
  if (derived != Derived::none && options.derive_keys) return derive(derived);
  return {request.context.otherwise, nullptr, {}};
}

KeyView Asked::derive(Derived derived) const {
  const KeyView absent{State::absent, nullptr, {}}, unknown{State::unknown, nullptr, {}}, open{request.context.otherwise, nullptr, {}};
  auto text = [&](std::string_view value) { return value.empty() ? unknown : KeyView::of(value); };
  const bool service_call = caller.kind == CallerKind::service, anonymous = caller.kind == CallerKind::anonymous;
  const bool unsigned_call = anonymous || caller.kind == CallerKind::web_identity || caller.kind == CallerKind::saml;
  switch (derived) {
    case Derived::none: return open;
    case Derived::principal_arn:
      if (unsigned_call) return absent;
      if (service_call) return open;
      return text(caller.kind == CallerKind::role_session ? std::string_view(caller.role_arn) : std::string_view(caller.arn));
    case Derived::principal_account:
      if (anonymous) return KeyView::of("anonymous");
      if (!iam_caller()) return open;
      return text(caller.account);
    case Derived::principal_type:
      switch (caller.kind) {
        case CallerKind::user: return KeyView::of("User");
        case CallerKind::role_session: return KeyView::of("AssumedRole");
        case CallerKind::federated_user: return KeyView::of("FederatedUser");
        case CallerKind::root:
        case CallerKind::assumed_root: return KeyView::of("Account");
        case CallerKind::anonymous: return KeyView::of("Anonymous");
        default: return open;
      }
    case Derived::user_id:
      switch (caller.kind) {
        case CallerKind::anonymous: return KeyView::of("anonymous");
        case CallerKind::root: return text(caller.account);
        case CallerKind::user: return text(caller.unique_id);
        case CallerKind::role_session:
          if (caller.unique_id.empty() || session_name.empty()) return unknown;
          if (user_id_.empty()) user_id_ = caller.unique_id + ":" + std::string(session_name);
          return KeyView::of(user_id_);
        case CallerKind::federated_user:
          if (caller.account.empty() || role_name.empty()) return unknown;
          if (user_id_.empty()) user_id_ = caller.account + ":" + std::string(role_name);
          return KeyView::of(user_id_);
        default: return open;
      }
    case Derived::user_name: {
      if (caller.kind != CallerKind::user) return absent;
      auto arn = parse_arn(caller.arn);
      return arn ? text(arn->name()) : unknown;
    }
    case Derived::is_aws_service: return unsigned_call ? absent : KeyView::of(service_call ? "true" : "false");
    case Derived::service_name: return service_call ? text(caller.service) : absent;
    case Derived::service_source: return service_call ? open : absent;
    case Derived::principal_org: return service_call || anonymous ? absent : open;
    case Derived::principal_tag: return service_call || anonymous || is_root() ? absent : open;
    case Derived::federated_provider:
      if (caller.kind == CallerKind::web_identity || caller.kind == CallerKind::saml) return text(caller.service);
      return caller.kind == CallerKind::role_session ? open : absent;
    case Derived::assumed_root: return caller.kind == CallerKind::assumed_root ? KeyView::of("true") : absent;
    case Derived::token: return service_call || unsigned_call ? absent : open;
    case Derived::signed_only: return unsigned_call ? absent : open;
    case Derived::resource_account: {
      // Not sent by every operation; the page names the exceptions of these services.
      static constexpr std::string_view partly[] = {"ebs", "ec2", "events", "guardduty", "macie2", "es", "route53", "securityhub", "aws-marketplace"};
      for (auto name : partly)
        if (name == service) return open;
      return resource_account.empty() ? open : KeyView::of(resource_account);
    }
  }
  return open;
}

FormTruths Asked::who(const Who& who, Effect effect) const {
  FormTruths out;
  const bool iam = iam_caller();
  auto same_account_as = [&] {
    if (caller.account.empty()) return Truth::unknown;
    return truth(caller.account == who.account && (who.partition.empty() || partition.empty() || who.partition == partition));
  };
  switch (who.kind) {
    case Who::Kind::everyone:
      if (caller.kind == CallerKind::service)
        out[Form::star] = effect == Effect::deny && !who.written_as_aws ? Truth::yes : options.switches.star_covers_services;
      else if (caller.kind == CallerKind::web_identity || caller.kind == CallerKind::saml)
        out[Form::star] = effect == Effect::deny ? Truth::yes : options.switches.star_covers_federated;
      else
        out[Form::star] = Truth::yes;
      break;
    case Who::Kind::account:
      if (iam) out[is_root() ? Form::direct : Form::account] = same_account_as();
      // A root user is its account, too: NotPrincipal and cross-account grants ask for that.
      if (iam && is_root()) out[Form::account] = out[Form::direct];
      break;
    case Who::Kind::arn:
      if (iam) {
        if (who.text == caller.arn) out[Form::direct] = Truth::yes;
        // A session whose name is not told may be the one that is named.
        else if (caller.kind == CallerKind::role_session && session_name.empty() && !closed() && !role_name.empty() && starts_with(who.text, caller.arn + "/"))
          out[Form::direct] = Truth::unknown;
        if (caller.kind == CallerKind::federated_user && who.text == caller.role_arn) out[Form::role] = Truth::yes;
      }
      break;
    case Who::Kind::role:
      if (caller.kind == CallerKind::role_session)
        out[Form::role] = caller.role_arn.empty() ? both(same_account_as(), truth(who.name == role_name)) : truth(who.text == caller.role_arn);
      break;
    case Who::Kind::unique_id: {
      if (caller.kind != CallerKind::user && caller.kind != CallerKind::role_session && caller.kind != CallerKind::federated_user) break;
      const bool of_user = starts_with(who.text, "AIDA"), of_role = starts_with(who.text, "AROA");
      if (caller.kind == CallerKind::user ? !of_user : caller.kind == CallerKind::role_session ? !of_role : !of_user) break;
      Form form = caller.kind == CallerKind::user ? Form::direct : Form::role;
      if (!caller.unique_id.empty())
        out[form] = truth(who.text == caller.unique_id);
      else if (!closed())
        out[form] = Truth::unknown;
      break;
    }
    case Who::Kind::service:
      if (caller.kind == CallerKind::service) out[Form::direct] = caller.service.empty() ? Truth::unknown : truth(who.text == caller.service);
      break;
    case Who::Kind::federated:
      if (caller.kind == CallerKind::web_identity || caller.kind == CallerKind::saml)
        out[Form::direct] = who.text == "*" ? Truth::yes : caller.service.empty() ? Truth::unknown : truth(who.text == caller.service);
      break;
    case Who::Kind::canonical:
      if (iam) out[Form::account] = Truth::unknown;  // an account's other name, which no request shows
      break;
  }
  return out;
}

}  // namespace reeve::policy

// Where nobody knows which resources of a type there are: the call that lists them was refused, broke off, or was never made.
//
//   Unread unread = TRY(Unread::of_run(store.db(), catalogue));   // the public views must be there (store/views.h)
//   for (const std::string& account : TRY(unread.accounts(type))) …
//
// A type is listed by a call without parameters, or by one for each resource of another type (the functions of whose addresses AWS tells one by
// one): then every one of those has to have been asked, and they themselves listed. What belongs to the organization is known once any account listed it, or
// all say that they are in none. Of settings there is one for each account. AWS Config tells all of what it records, in the Regions it records in.
// An account that the organization calls active and a Region that an account calls enabled count also where nothing was read of them: what is
// outside of a run is not known, and never gone.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "estate/resource_type.h"
#include "store/sqlite.h"

namespace reeve::threats {

class Unread {
 public:
  // In place of an account: of what is the organization's, and where no account was read at all.
  static constexpr std::string_view organization = "organization", nobody = "no account";

  static Result<Unread> of_run(store::Db& db, const ResourceCatalogue& catalogue);
  // Empty: it is known everywhere. A type that the catalogue does not know is not known of either, and gives nothing.
  Result<std::set<std::string>> accounts(std::string_view type);
  // Of which no call was answered at all: accounts, and Regions of the others.
  uint64_t accounts_not_read() const { return accounts_.size() - read_.size(); }
  uint64_t regions_not_read() const;

 private:
  struct Asked {
    bool answered = false, failed = false;
  };
  using Places = std::map<std::pair<std::string, std::string>, Asked>;  // Region and parameter
  Unread(store::Db& db, const ResourceCatalogue& catalogue) : db_(&db), catalogue_(&catalogue) {}
  Result<std::set<std::string>> look(const ResourceType& type);
  Status expect();  // accounts and Regions that facts name
  Result<std::map<std::string, std::set<std::string>>> there(const ResourceType& type);  // Regions by account, in which there are resources of it
  // What a call for each resource of some types is made for, by account: its Region (empty: of a global type), and what a request may call it by.
  struct Parent {
    std::string region;
    std::set<std::string> names;
  };
  Result<std::map<std::string, std::vector<Parent>>> parents(const std::vector<std::string>& types);
  std::set<std::string> regions_of(const std::string& account, const Read* list) const;  // in which it has to be asked; empty: nobody says
  std::set<std::string> of_organization(const ResourceType& type, const std::set<std::string>& calls) const;
  const Places* replies(const std::string& call, const std::string& account) const;

  store::Db* db_;
  const ResourceCatalogue* catalogue_;
  std::set<std::string> accounts_, read_;                                                     // all that count, and those that answered anything
  std::map<std::string, std::set<std::string>, std::less<>> enabled_, answered_;              // account → Regions: that it calls enabled, that answered anything
  std::map<std::pair<std::string, std::string>, std::set<std::string>> config_;               // account and type → Regions in which AWS Config records it
  std::map<std::string, std::map<std::string, Places>, std::less<>> of_call_;  // call, account
  std::map<std::string, std::set<std::string>, std::less<>> known_;
};

}  // namespace reeve::threats

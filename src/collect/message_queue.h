// An SQS queue as who reads it sees it: messages are taken, hidden from others for a while, and deleted when all that comes of them is done.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "collect/engine.h"

namespace reeve {

struct QueueName {
  std::string url, region, account, name;  // the Region is empty where the address does not say
};
Result<QueueName> queue_name(const std::string& url);

// Asking the same again later may help.
bool passes(Failure failure);

struct QueueMessage {
  std::string id, receipt, body;
  int64_t given = 1;  // how often, this time included
};

class MessageQueue {
 public:
  // An Error: the end was asked for before there was an answer.
  using Ask = std::function<Result<CallOutcome>(const std::string& region, const std::string& operation, DocumentPtr input)>;
  // `needs`: where a reader is told what he must be allowed.
  MessageQueue(QueueName name, Ask ask, std::string needs) : name_(std::move(name)), ask_(std::move(ask)), needs_(std::move(needs)) {}

  // Ten at most, hidden for `hidden_s`. Waits for the first as long as `wait_s`. None also when the end was asked for, or when the queue did not
  // answer, which is told in `errors`. An Error: there is no such queue, or it may not be read.
  Result<std::vector<QueueMessage>> receive(int wait_s, int64_t hidden_s, std::vector<Error>& errors);
  // How many were.
  uint64_t remove(const std::vector<std::string>& receipts, std::vector<Error>& errors);
  // From now on; 0: they may be taken at once.
  void hide(const std::vector<std::string>& receipts, int64_t seconds, std::vector<Error>& errors);
  const QueueName& name() const { return name_; }

 private:
  DocumentPtr request(const std::function<void(Builder&)>& more) const;
  uint64_t each_ten(const std::vector<std::string>& receipts, const std::string& operation, int64_t hidden_s, const std::string& trouble, std::vector<Error>& errors);

  QueueName name_;
  Ask ask_;
  std::string needs_;
  std::set<std::string> told_;
};

}  // namespace reeve

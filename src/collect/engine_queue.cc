#include "collect/engine_queue.h"

#include <algorithm>

namespace reeve {

void CallLine::push_back(EngineCallPtr call) {
  EngineCall* last = call.get();
  (first_ ? last_->next : first_) = std::move(call);
  last_ = last;
}

void CallLine::push_front(EngineCallPtr call) {
  if (!first_) last_ = call.get();
  call->next = std::move(first_);
  first_ = std::move(call);
}

EngineCallPtr CallLine::pop_front() {
  EngineCallPtr call = std::move(first_);
  first_ = std::move(call->next);
  if (!first_) last_ = nullptr;
  return call;
}

CallAccount& CallQueue::account(const std::string& id) {
  auto& out = accounts_[id];
  if (!out) {
    out = std::make_unique<CallAccount>();
    out->id = id;
  }
  return *out;
}

void CallQueue::put(EngineCallPtr call, int64_t now_ms) {
  const ApiRate rate = rates_->of(call->service->name, call->operation->name);
  std::string key = call->account->id;
  key += '\n';
  if (!rate.whole_account && call->service->global.empty()) key += call->call.place.region;
  key += '\n';
  key += call->service->name;
  key += '\n';
  key += rate.family;
  if (buckets_.size() >= sweep_at_) sweep(now_ms);
  auto& bucket = buckets_[key];
  if (!bucket) bucket = std::make_unique<CallBucket>(CallBucket{RateBucket(rate.per_s, rate.burst), call->account, {}});
  call->bucket = bucket.get();
  ++bucket->held;
  bucket->queue.push_back(std::move(call));
  make_ready(*bucket);
}

void CallQueue::again(EngineCallPtr call, int64_t due_ms) {
  CallBucket* bucket = call->bucket;
  timers_.push({due_ms, order_++, bucket, std::move(call)});
}

void CallQueue::done(EngineCall& call) {
  if (call.bucket) --call.bucket->held;
  call.bucket = nullptr;
}

void CallQueue::make_ready(CallBucket& bucket) {
  if (bucket.at != CallBucket::At::nowhere || bucket.queue.empty()) return;
  bucket.at = CallBucket::At::account;
  bucket.account->ready.push_back(&bucket);
  resume(*bucket.account);
}

void CallQueue::resume(CallAccount& account) {
  if (account.in_turn || account.ready.empty()) return;
  account.in_turn = true;
  turns_.push_back(&account);
}

EngineCallPtr CallQueue::take_of(CallAccount& account, int64_t now_ms) {
  while (!account.ready.empty()) {
    CallBucket& bucket = *account.ready.front();
    account.ready.pop_front();
    bucket.at = CallBucket::At::nowhere;
    if (bucket.queue.empty()) continue;
    if (const int64_t wait = bucket.rate.take(now_ms); wait > 0) {
      bucket.at = CallBucket::At::timer;
      timers_.push({now_ms + wait, order_++, &bucket, nullptr});
      continue;
    }
    EngineCallPtr call = bucket.queue.pop_front();
    if (!bucket.queue.empty()) {
      bucket.at = CallBucket::At::account;
      account.ready.push_back(&bucket);
    }
    return call;
  }
  return nullptr;
}

void CallQueue::wake(int64_t now_ms) {
  while (!timers_.empty() && timers_.top().due_ms <= now_ms) {
    CallBucket& bucket = *timers_.top().bucket;
    EngineCallPtr call = timers_.top().call;
    timers_.pop();
    if (call) bucket.queue.push_front(std::move(call));
    else bucket.at = CallBucket::At::nowhere;
    make_ready(bucket);
  }
}

std::vector<EngineCallPtr> CallQueue::take_all(CallAccount& account) {
  std::vector<EngineCallPtr> out;
  for (auto& [key, bucket] : buckets_) {
    if (bucket->account != &account) continue;
    while (!bucket->queue.empty()) out.push_back(bucket->queue.pop_front());
  }
  return out;
}

// Buckets that would be the same if they were made anew are forgotten: an organization has a million of them, a few at a time.
void CallQueue::sweep(int64_t now_ms) {
  std::erase_if(buckets_, [&](const auto& entry) {
    CallBucket& bucket = *entry.second;
    return bucket.held == 0 && bucket.at == CallBucket::At::nowhere && bucket.rate.rested(now_ms);
  });
  sweep_at_ = std::max<size_t>(4096, buckets_.size() * 2);
}

}  // namespace reeve

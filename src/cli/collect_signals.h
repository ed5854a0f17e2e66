// How signals end a collection.
#pragma once

#include <csignal>

#include "collect/collect.h"

namespace reeve {

inline CollectStop* signalled = nullptr;

// The first signal ends the asking, the second one the program.
class Signals {
 public:
  explicit Signals(CollectStop& stop) {
    signalled = &stop;
    struct sigaction action {};
    action.sa_handler = [](int) {
      if (signalled) signalled->ask();
    };
    action.sa_flags = SA_RESETHAND;
    ::sigaction(SIGINT, &action, &interrupt_);
    ::sigaction(SIGTERM, &action, &terminate_);
  }
  ~Signals() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGTERM, &terminate_, nullptr);
    signalled = nullptr;
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  struct sigaction interrupt_ {}, terminate_ {};
};

}  // namespace reeve

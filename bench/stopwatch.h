// Seconds of the wall since it was last asked.
#pragma once

#include <chrono>

class Stopwatch {
 public:
  double operator()() {
    const auto now = std::chrono::steady_clock::now();
    const double out = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return out;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

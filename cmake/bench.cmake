# What makes the input of the benchmarks (bench/README.md); built by `./dev bench` only.
add_executable(bench_make_config EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/make_config.cc)
target_link_libraries(bench_make_config PRIVATE reeve_base)
add_executable(bench_ask_engine EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/ask_engine.cc)
target_link_libraries(bench_ask_engine PRIVATE reeve_collect)
if(NOT REEVE_SANITIZE)  # as the program itself (cmake/cli.cmake)
  target_link_options(bench_ask_engine PRIVATE -Wl,--no-as-needed)
  target_link_libraries(bench_ask_engine PRIVATE ${MIMALLOC})
endif()

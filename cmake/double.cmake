# The AWS double that the suites of collect run against (tests/double/README.md); built with the tests.
file(GLOB double_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/double/*.cc)
add_executable(aws_double EXCLUDE_FROM_ALL ${double_sources})
set_target_properties(aws_double PROPERTIES UNITY_BUILD OFF)
target_compile_options(aws_double PRIVATE -O1)  # it waits for the program more than the program for it
target_include_directories(aws_double PRIVATE ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(aws_double PRIVATE reeve_estate)
list(APPEND REEVE_TESTS aws_double)

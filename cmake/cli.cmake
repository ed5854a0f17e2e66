# The program itself: build/reeve. Included after reeve_room(cli …).
add_executable(reeve ${CMAKE_SOURCE_DIR}/src/cli/main.cc)
target_link_libraries(reeve PRIVATE reeve_cli)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/cli/commands.cc PROPERTIES COMPILE_DEFINITIONS REEVE_VERSION="${PROJECT_VERSION}")

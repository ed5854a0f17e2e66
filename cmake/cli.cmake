# The program itself: build/reeve. Included after reeve_room(cli …).
add_executable(reeve ${CMAKE_SOURCE_DIR}/src/cli/main.cc)
target_link_libraries(reeve PRIVATE reeve_cli)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/cli/commands.cc PROPERTIES COMPILE_DEFINITIONS REEVE_VERSION="${PROJECT_VERSION}")

# No program is built from content that breaks a house rule, such as a practice without a control at one of the levels.
option(REEVE_CHECK_CONTENT "Refuse to build the program while content/ breaks a house rule" ON)
if(REEVE_CHECK_CONTENT)
  add_dependencies(reeve check_content)
endif()

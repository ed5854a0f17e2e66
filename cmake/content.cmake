# Packs content/ into the program: a tar with nothing in it that differs from machine to machine, without the examples, put into
# reeve_content by .incbin, and with it what its YAML says, read once for all starts. Beside it, in reeve_assess, the index of controls by the resource types that their rules name, so that judging
# one template reads and compiles the controls for its types alone. Included after the rooms.
#
# Also defines the target check_content: the tree on disk is loaded and held against the house rules; a breach fails the build.
set(REEVE_CONTENT_PACK ${CMAKE_BINARY_DIR}/content.tar)
set(REEVE_CONTENT_ASSEMBLY ${CMAKE_BINARY_DIR}/content.S)
find_program(TAR tar REQUIRED)

# A new, renamed or removed file changes this list, a changed one is newer than the pack.
file(GLOB_RECURSE content_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/content/*)
list(FILTER content_files EXCLUDE REGEX "/examples/")
string(SHA256 content_names "${content_files}")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/content.names CONTENT "${content_names}\n")

add_custom_command(
  OUTPUT ${REEVE_CONTENT_PACK}
  COMMAND ${CMAKE_SOURCE_DIR}/cmake/pack_content.sh ${CMAKE_SOURCE_DIR}/content ${REEVE_CONTENT_PACK}
  DEPENDS ${content_files} ${CMAKE_BINARY_DIR}/content.names ${CMAKE_SOURCE_DIR}/cmake/pack_content.sh
  COMMENT "Packing content/"
  VERBATIM)

set(REEVE_CONTENT_TAPE ${CMAKE_BINARY_DIR}/content.tape)
add_executable(reeve_tape_content EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/cmake/tape_content.cc)
set_target_properties(reeve_tape_content PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tools)
target_link_libraries(reeve_tape_content PRIVATE reeve_formats)
add_custom_command(
  OUTPUT ${REEVE_CONTENT_TAPE}
  COMMAND reeve_tape_content ${REEVE_CONTENT_PACK} ${REEVE_CONTENT_TAPE}
  DEPENDS reeve_tape_content ${REEVE_CONTENT_PACK}
  COMMENT "Reading content/"
  VERBATIM)

# The note says that this object needs no executable stack; without it the linker would give the whole program one.
file(CONFIGURE OUTPUT ${REEVE_CONTENT_ASSEMBLY} CONTENT [=[
    .section .rodata
    .global reeve_content_begin
    .global reeve_content_end
    .balign 16
reeve_content_begin:
    .incbin "@REEVE_CONTENT_PACK@"
reeve_content_end:
    .byte 0
    .global reeve_content_tape_begin
    .global reeve_content_tape_end
    .balign 16
reeve_content_tape_begin:
    .incbin "@REEVE_CONTENT_TAPE@"
reeve_content_tape_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
]=] @ONLY)
set_source_files_properties(${REEVE_CONTENT_ASSEMBLY} PROPERTIES OBJECT_DEPENDS "${REEVE_CONTENT_PACK};${REEVE_CONTENT_TAPE}")
target_sources(reeve_content PRIVATE ${REEVE_CONTENT_ASSEMBLY} ${REEVE_CONTENT_PACK} ${REEVE_CONTENT_TAPE})

set(REEVE_CONTENT_INDEX ${CMAKE_BINARY_DIR}/content.index)
set(REEVE_INDEX_ASSEMBLY ${CMAKE_BINARY_DIR}/content_index.S)
add_executable(reeve_index_content EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/cmake/index_content.cc)
set_target_properties(reeve_index_content PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tools)
target_link_libraries(reeve_index_content PRIVATE reeve_check)
add_custom_command(
  OUTPUT ${REEVE_CONTENT_INDEX}
  COMMAND reeve_index_content ${REEVE_CONTENT_INDEX}
  DEPENDS reeve_index_content ${REEVE_CONTENT_PACK}
  COMMENT "Indexing content/"
  VERBATIM)
file(CONFIGURE OUTPUT ${REEVE_INDEX_ASSEMBLY} CONTENT [=[
    .section .rodata
    .global reeve_content_index_begin
    .global reeve_content_index_end
reeve_content_index_begin:
    .incbin "@REEVE_CONTENT_INDEX@"
reeve_content_index_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
]=] @ONLY)
set_source_files_properties(${REEVE_INDEX_ASSEMBLY} PROPERTIES OBJECT_DEPENDS ${REEVE_CONTENT_INDEX})
target_sources(reeve_assess PRIVATE ${REEVE_INDEX_ASSEMBLY} ${REEVE_CONTENT_INDEX})

add_executable(reeve_check_content EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/cmake/check_content.cc)
set_target_properties(reeve_check_content PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tools)
target_link_libraries(reeve_check_content PRIVATE reeve_content)
file(GLOB_RECURSE example_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/content/controls/*/examples/*
  ${CMAKE_SOURCE_DIR}/content/detections/*/examples/* ${CMAKE_SOURCE_DIR}/content/threats/*/examples/*)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/content.checked
  COMMAND reeve_check_content ${CMAKE_SOURCE_DIR}/content
  COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/content.checked
  DEPENDS reeve_check_content ${content_files} ${example_files} ${CMAKE_BINARY_DIR}/content.names
  COMMENT "Holding content/ against the house rules"
  VERBATIM)
add_custom_target(check_content DEPENDS ${CMAKE_BINARY_DIR}/content.checked)

# The test holds what was packed against the tree it was packed from.
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/content/content_test.cc ${CMAKE_SOURCE_DIR}/src/content/record_view_test.cc
  ${CMAKE_SOURCE_DIR}/src/content/threats_test.cc ${CMAKE_SOURCE_DIR}/src/content/threats_page_test.cc PROPERTIES
  COMPILE_DEFINITIONS REEVE_CONTENT_SOURCE="${CMAKE_SOURCE_DIR}/content" OBJECT_DEPENDS ${REEVE_CONTENT_PACK})
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/collect/plan_northfield_test.cc ${CMAKE_SOURCE_DIR}/src/access/estate_test.cc PROPERTIES
  COMPILE_DEFINITIONS REEVE_EXAMPLES="${CMAKE_SOURCE_DIR}/examples" OBJECT_DEPENDS ${REEVE_CONTENT_PACK})

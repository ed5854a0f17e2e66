# The report's style and script, put into reeve_report by .incbin as they stand in src/report/html. Included after reeve_room(report …).
set(REEVE_PAGE ${CMAKE_SOURCE_DIR}/src/report/html)
set(REEVE_PAGE_ASSEMBLY ${CMAKE_BINARY_DIR}/report_page.S)
file(GLOB page_styles CONFIGURE_DEPENDS ${REEVE_PAGE}/*.css)
file(GLOB page_scripts CONFIGURE_DEPENDS ${REEVE_PAGE}/*.js)
list(SORT page_styles)
list(SORT page_scripts)

# The files of a list one behind the other, in order of their names.
function(reeve_page_part name)
  set(text "    .global reeve_page_${name}_begin\n    .global reeve_page_${name}_end\nreeve_page_${name}_begin:\n")
  foreach(file ${ARGN})
    string(APPEND text "    .incbin \"${file}\"\n")
  endforeach()
  string(APPEND text "reeve_page_${name}_end:\n    .byte 0\n")
  set(REEVE_PAGE_${name} ${text} PARENT_SCOPE)
endfunction()
reeve_page_part(style ${page_styles})
reeve_page_part(script ${page_scripts})

# The note says that this object needs no executable stack; without it the linker would give the whole program one.
file(CONFIGURE OUTPUT ${REEVE_PAGE_ASSEMBLY} CONTENT "    .section .rodata\n@REEVE_PAGE_style@@REEVE_PAGE_script@    .section .note.GNU-stack,\"\",%progbits\n" @ONLY)
set_source_files_properties(${REEVE_PAGE_ASSEMBLY} PROPERTIES OBJECT_DEPENDS "${page_styles};${page_scripts}")
target_sources(reeve_report PRIVATE ${REEVE_PAGE_ASSEMBLY})

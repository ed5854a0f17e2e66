# Takes the archive (libNAME.a) of a library instead of the shared one where there is one and a small program that needs all of them links.
# Sets DEPS_LINKED, which is PkgConfig::DEPS with the archives in the place of the libraries, and DEFLATE. Not under the sanitizers, which
# watch calls into shared libraries.
include(CheckCXXSourceCompiles)
set(DEPS_LINKED PkgConfig::DEPS)
if(NOT REEVE_SANITIZE)
  set(archives)
  foreach(library ${DEPS_LINK_LIBRARIES} ${DEFLATE})
    string(REGEX REPLACE "\\.so$" ".a" archive "${library}")
    if(NOT archive STREQUAL library AND EXISTS "${archive}")
      set(library "${archive}")
    endif()
    list(APPEND archives "${library}")
  endforeach()
  list(APPEND archives ${CMAKE_DL_LIBS} m)

  # An archive of another release may need libraries of its own (RE2 of Ubuntu 24.04 does).
  set(CMAKE_REQUIRED_LIBRARIES ${archives} Threads::Threads)
  set(CMAKE_REQUIRED_INCLUDES ${DEPS_INCLUDE_DIRS})
  set(CMAKE_REQUIRED_FLAGS -std=c++20)
  check_cxx_source_compiles([=[
    #define PCRE2_CODE_UNIT_WIDTH 8
    #include <libdeflate.h>
    #include <openssl/evp.h>
    #include <pcre2.h>
    #include <pugixml.hpp>
    #include <re2/re2.h>
    #include <sqlite3.h>
    #include <yaml.h>
    #include <zlib.h>
    #include <zstd.h>
    int main(int count, char** arguments) {
      const bool found = re2::RE2::PartialMatch(arguments[0], "a+");
      pugi::xml_document document;
      yaml_parser_t parser;
      sqlite3* db = nullptr;
      int code = 0;
      PCRE2_SIZE offset = 0;
      return found + document.load_string("<a/>") + yaml_parser_initialize(&parser) + sqlite3_open(":memory:", &db) +
             (pcre2_compile(reinterpret_cast<PCRE2_SPTR>("a"), 1, 0, &code, &offset, nullptr) != nullptr) + (EVP_sha256() != nullptr) +
             (libdeflate_alloc_decompressor() != nullptr) + static_cast<int>(ZSTD_versionNumber() + zlibCompileFlags()) + count;
    }
  ]=] REEVE_ARCHIVES_LINK)
  unset(CMAKE_REQUIRED_LIBRARIES)
  unset(CMAKE_REQUIRED_INCLUDES)
  unset(CMAKE_REQUIRED_FLAGS)
  if(REEVE_ARCHIVES_LINK)
    set(DEPS_LINKED ${archives})
    set(DEFLATE "")  # set to nothing at all it would fall back to what find_library keeps
  endif()
endif()

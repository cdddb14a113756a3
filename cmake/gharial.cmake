# gharial.cmake — gharial for CMake projects that are configured with `emcmake cmake`:
#
#   include(node_modules/gharial/cmake/gharial.cmake)
#   target_link_libraries(app PRIVATE gharial::gharial)      # the allocator of an executable, and the header <gharial.h>
#   target_link_libraries(part PRIVATE gharial::headers)     # the header alone, for a library's own sources
#
# Options of the port are set before: set(GHARIAL_OPTIONS checked=1 stats=1). Assumes: CMake 3.16. Defines GHARIAL_PORT, GHARIAL_INCLUDE_DIR.
include_guard(GLOBAL)

if(NOT EMSCRIPTEN)
  message(FATAL_ERROR "gharial is an allocator for Emscripten: configure with `emcmake cmake …`, or include gharial.cmake only if(EMSCRIPTEN)")
endif()

get_filename_component(_gharial_root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(GHARIAL_PORT "${_gharial_root}/emscripten-port/gharial.py")
set(GHARIAL_INCLUDE_DIR "${_gharial_root}/src/include")
unset(_gharial_root)
if(NOT EXISTS "${GHARIAL_PORT}" OR NOT EXISTS "${GHARIAL_INCLUDE_DIR}/gharial.h")
  message(FATAL_ERROR "${GHARIAL_PORT} is missing: the package gharial is incomplete, install it again")
endif()

# The port checks what the options mean; what they look like is checked here, where the line is known.
set(_gharial_use "--use-port=${GHARIAL_PORT}")
foreach(_gharial_option IN LISTS GHARIAL_OPTIONS)
  if(NOT _gharial_option MATCHES "^[a-z]+=[01]$")
    message(FATAL_ERROR "GHARIAL_OPTIONS has `${_gharial_option}`: write name=0 or name=1")
  endif()
  string(APPEND _gharial_use ":${_gharial_option}")
endforeach()

add_library(gharial::headers INTERFACE IMPORTED GLOBAL)
set_target_properties(gharial::headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${GHARIAL_INCLUDE_DIR}")

add_library(gharial::gharial INTERFACE IMPORTED GLOBAL)
set_target_properties(gharial::gharial PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES "${GHARIAL_INCLUDE_DIR}"
  INTERFACE_LINK_OPTIONS "-sMALLOC=gharial;${_gharial_use}")
unset(_gharial_use)

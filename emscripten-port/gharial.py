"""gharial.py — the Emscripten port that makes `-sMALLOC=gharial` work.

    emcc app.c -sMALLOC=gharial --use-port=path/to/gharial.py

Runs from a checkout or package (beside ../src) and, registered by sdk.py, as a built-in port of an SDK (beside gharial/src).
Emscripten imports it while it reads the command line, calls process_args when it compiles, linker_setup and get when it links;
settings may be read in the last two only. The archive lies in Emscripten's cache under a name that says all it was made of.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile

from tools import cache, config, ports, shared, system_libs, utils
from tools.settings import settings, user_settings

VERSION = '0.1.0'
MINIMUM_SDK = (3, 1, 54)  # --use-port=path begins here
MINIMUM_SDK_WASM64 = (4, 0, 0)  # before, struct mallinfo has fields of 32 bits there
TESTED_SDK = (6, 0, 9)  # a newer compiler may know warnings of ours that this one does not: there they stop nobody
URL = 'README.md of the gharial package'
LICENSE = 'MIT license'
DESCRIPTION = 'gharial, a memory allocator for WebAssembly whose heap JavaScript can read'

NOT_BUILT = {
  'debug': 'checked=1 tests the invariants of the heap',
  'tracing': 'stats=1 shows the heap by size class',
}


class Options(dict):
  """The options that exist; it also answers to the ones in NOT_BUILT, so that handle_options can say more about them."""

  def __contains__(self, name):
    return super().__contains__(name) or name in NOT_BUILT

  def __str__(self):
    return ', '.join(f'{name}=0|1' for name in self)

  __repr__ = __str__


OPTIONS = Options({
  'checked': '1 tests the invariants of the heap and reports misuse in a full sentence; slower (0|1, default 0)',
  'hardened': '1 stops at double and invalid frees, overruns and damaged metadata; for production (0|1, default 0)',
  'stacks': '1 adds to what hardened=1 reports where the block was allocated and freed; slow (0|1, default 0)',
  'zero': '1 clears freed blocks; needs hardened=1 (0|1, default 0)',
  'poison': '1 fills freed blocks with 0xdb; needs hardened=1 (0|1, default 0)',
  'quarantine': '1 keeps freed blocks of up to 4 KiB back until 256 others were freed; needs hardened=1 (0|1, default 0)',
  'shuffle': '1 leaves to chance which free block malloc returns; needs hardened=1 (0|1, default 0)',
  'stats': '1 adds Module.gharialHeap(), through which JavaScript reads the heap (0|1, default 1)',
  'profile': '1 takes samples of who allocates what, by call stack; for JavaScript to start (0|1, default 0)',
  'inspector': '1 adds a button to the page that shows the heap, for development; 150 kB (0|1, default 0)',
})
chosen = {name: 1 if name == 'stats' else 0 for name in OPTIONS.keys()}
# What hardened=1 may do besides.
HARDENED_OPTIONS = ('stacks', 'zero', 'poison', 'quarantine', 'shuffle')


def fail(message):
  utils.exit_with_error('%s', 'gharial: ' + message)


def sdk_version():
  with open(utils.path_from_root('emscripten-version.txt'), encoding='utf-8') as file:
    text = file.read().strip().strip('"')
  return text, tuple(int(part) for part in text.split('-')[0].split('.'))


def find_root():
  """The directory that has src/, and whether this file is registered in the SDK it runs in."""
  here = os.path.dirname(os.path.realpath(__file__))
  registered = here == os.path.realpath(os.path.dirname(ports.__file__))
  return (os.path.join(here, 'gharial') if registered else os.path.dirname(here)), registered


def readable(version):
  return '.'.join(str(part) for part in version)


root, registered = find_root()
source_dir = os.path.join(root, 'src')
include_dir = os.path.join(source_dir, 'include')
js_dir = root if registered else os.path.dirname(os.path.realpath(__file__))
js_library = os.path.join(js_dir, 'gharial_library.js')
profile_library = os.path.join(js_dir, 'gharial_profile.js')
inspector_dir = os.path.join(root, 'js', 'inspector')


# --- what this file changes in Emscripten, and only in the process that imported it


def accept_malloc_name(library=system_libs.libmalloc):
  """Make -sMALLOC=gharial a valid name: libmalloc rejects it before any hook of a port runs."""
  stock = library.get_default_variation.__func__

  def get_default_variation(cls, **kwargs):
    if settings.MALLOC == 'gharial':
      settings.MALLOC = 'none'
    try:
      return stock(cls, **kwargs)
    except Exception:
      if not wanted():
        raise
      refuse_other_allocator()
      raise

  library.get_default_variation = classmethod(get_default_variation)


def accept_repeated_port(stock=ports.load_port):
  """Let --use-port=…/gharial.py come twice (CMake's compile and link flags), and win over a registered gharial."""

  def load_port(path, name=None):
    if name is None and 'gharial' in ports.ports_by_name and stem(path) == 'gharial':
      if os.path.realpath(path) == os.path.realpath(__file__):
        return 'gharial'
      if registered:
        ports.ports.remove(ports.ports_by_name.pop('gharial'))
    return stock(path, name)

  ports.load_port = load_port


def stem(path):
  return os.path.splitext(os.path.basename(path))[0]


# --- what is refused


def malloc_setting():
  """The allocator named on the command line, or None."""
  value = user_settings.get('MALLOC')
  return value.strip('\'"') if isinstance(value, str) else value


def wanted():
  return 'gharial' in ports.ports_needed or (registered and malloc_setting() == 'gharial')


def refuse_other_allocator():
  name = malloc_setting()
  if name not in (None, 'gharial'):
    fail(f'-sMALLOC={name} and the port gharial each choose an allocator: '
         f'remove --use-port=…gharial… to use {name}, or write -sMALLOC=gharial')


def refuse_unbuilt_targets():
  if settings.SHARED_MEMORY and not threads():
    fail('-sSHARED_MEMORY alone is not supported: there is no thread to share with; use -pthread or -sWASM_WORKERS')
  if settings.MEMORY64 and sdk_version()[1] < MINIMUM_SDK_WASM64:
    fail(f'wasm64 needs Emscripten {readable(MINIMUM_SDK_WASM64)} or newer, and this is {sdk_version()[0]}: '
         'build for wasm32, or run emsdk install latest')
  reporting = [name for name in ('checked', 'hardened', 'profile') if chosen[name]]
  if settings.STANDALONE_WASM and reporting:
    what = 'takes samples' if reporting[0] == 'profile' else 'reports misuse'
    fail(f'{reporting[0]}=1 {what} through JavaScript, which a standalone module has not: build without {reporting[0]}=1, or without '
         '-sSTANDALONE_WASM and to a .js file')
  if settings.EMSCRIPTEN_TRACING:
    fail('--memoryprofiler and --tracing are not supported, they would see no allocation: build without them and read the heap '
         'with heapOf(Module) of the package, or use -sMALLOC=dlmalloc and no gharial')


def refuse_incomplete_sources():
  needed = [os.path.join(source_dir, 'all.cpp'), os.path.join(source_dir, 'sbrk.c'),
            os.path.join(include_dir, 'gharial.h'), js_library, profile_library]
  for path in needed:
    if not os.path.isfile(path):
      fail(f'{path} is missing: this checkout or package is incomplete, fetch it again')
  sbrk = utils.path_from_root('system/lib/libc/sbrk.c')
  if not os.path.isfile(sbrk):
    fail(f'{sbrk} is missing: the SDK is incomplete, install Emscripten again')


# --- the archive


def threads():
  """The kind of threads that the program is linked for: mt (pthreads), ww (Wasm Workers alone) or none."""
  return 'mt' if settings.PTHREADS else 'ww' if settings.WASM_WORKERS else ''


def sources():
  """Every source file, as a path inside src/, in an order that does not depend on the machine."""
  found = []
  for directory, subdirectories, names in os.walk(source_dir):
    subdirectories[:] = [name for name in subdirectories if not name.startswith('.')]
    found += [os.path.relpath(os.path.join(directory, name), source_dir) for name in names if not name.startswith('.')]
  return sorted(name.replace(os.sep, '/') for name in found)


def fingerprint():
  """A hash of all that decides the archive's bytes and is not an option: our files, the SDK's sbrk.c, the SDK's version."""
  inputs = [(name, os.path.join(source_dir, name)) for name in sources()]
  inputs += [('gharial.py', os.path.realpath(__file__)), ('sbrk.c of the SDK', utils.path_from_root('system/lib/libc/sbrk.c'))]
  digest = hashlib.sha256(sdk_version()[0].encode())
  for name, path in inputs:
    with open(path, 'rb') as file:
      content = file.read()
    digest.update(f'\0{name}\0{len(content)}\0'.encode())
    digest.update(content)
  return digest.hexdigest()[:16]


def refuse_options_that_do_not_go_together():
  alone = [name for name in HARDENED_OPTIONS if chosen[name] and not chosen['hardened']]
  if alone:
    fail(f'`{alone[0]}=1` is a part of the hardened variant: write hardened=1:{alone[0]}=1')
  if chosen['hardened'] and threads():
    fail('hardened=1 is not built for threads yet (-pthread, -sWASM_WORKERS): build without it, or with checked=1, which reports double '
         'and invalid frees there')
  if chosen['profile'] and not chosen['stats']:
    fail('profile=1 shows its samples through stats=1: leave out stats=0')
  if chosen['profile'] and (chosen['hardened'] or threads()):
    fail(f'profile=1 does not go together with {"hardened=1" if chosen["hardened"] else "threads (-pthread, -sWASM_WORKERS)"} yet: '
         'leave out one of them')
  if chosen['profile'] and settings.WASM2JS:
    fail('profile=1 does not work in JavaScript that stands for wasm (-sWASM=0, -sWASM=2), where the profiler does not find its data: '
         'leave it out, or link with -sWASM=1')
  if chosen['zero'] and chosen['poison']:
    fail('`zero=1` and `poison=1` each say what a freed block is filled with: choose one')


def archive_name():
  names = [threads()] * bool(threads()) + [name for name in chosen if chosen[name] and name not in ('stats', 'inspector')]
  variant = ''.join('-' + name for name in names + ([] if chosen['stats'] else ['nostats']))
  return f'libgharial{variant}-{VERSION}-{fingerprint()}.a'


def compile_flags():
  flags = ['-c', '-g', '-Os', '-sSTRICT', '-fno-builtin', '-fno-lto', f'-ffile-prefix-map={source_dir}=/gharial/src',
           f'-ffile-prefix-map={utils.path_from_root()}=/emsdk/emscripten',
           f'-ffile-prefix-map={config.CACHE}=/emsdk/emscripten/cache', '-fdebug-compilation-dir=/gharial']
  if threads():
    flags.append('-pthread' if threads() == 'mt' else '-sWASM_WORKERS')
  if settings.MAIN_MODULE:
    flags += ['-fPIC', '-sMAIN_MODULE']
  if settings.MEMORY64:
    flags.append('-m64')
  return flags


def build(archive):
  """Compile src/ into ARCHIVE. Works in a directory of its own, so that a broken build leaves no half an archive."""
  flags = compile_flags()
  core = [*flags, '-std=c++20', '-fno-exceptions', '-fno-rtti', '-Wall', '-Wextra', '-Wconversion', '-Wundef',
          f'-DGHARIAL_CHECKED={chosen["checked"]}', f'-DGHARIAL_PROFILE={chosen["profile"]}',
          f'-DGHARIAL_VERSION="{VERSION}"', f'-I{include_dir}']
  hardened = chosen['hardened']
  if hardened:
    core += ['-DGHARIAL_HARDENED=1', *(f'-DGHARIAL_{name.upper()}=1' for name in HARDENED_OPTIONS if chosen[name])]
  if sdk_version()[1] <= TESTED_SDK:
    core.append('-Werror')
  sdk_sbrk = utils.path_from_root('system/lib/libc/sbrk.c')
  sbrk = [*flags, f'-DGHARIAL_SDK_SBRK="{sdk_sbrk}"']
  if '_sbrk64' not in utils.read_file(sdk_sbrk):  # before 4.0.15
    sbrk.append('-DGHARIAL_NO_SBRK64')
  work = tempfile.mkdtemp(prefix='.gharial-', dir=os.path.dirname(archive))
  try:
    objects = [os.path.join(work, 'gharial.o'), os.path.join(work, 'sbrk.o')]
    root_file = 'all_hardened.cpp' if hardened else 'all_threads.cpp' if threads() else 'all.cpp'
    commands = [
      [shared.EMXX, os.path.join(source_dir, root_file), '-o', objects[0], *core],
      [shared.EMCC, os.path.join(source_dir, 'sbrk.c'), '-o', objects[1], *sbrk],
    ]
    if hardened:
      objects.append(os.path.join(work, 'delete.o'))
      commands.append([shared.EMXX, os.path.join(source_dir, 'delete.cpp'), '-o', objects[-1], *core])
    if chosen['profile']:
      objects.append(os.path.join(work, 'profile.o'))
      commands.append([shared.EMXX, os.path.join(source_dir, 'profile.cpp'), '-o', objects[-1], *core])
    system_libs.run_build_commands(commands, num_inputs=len(commands))
    system_libs.create_lib(os.path.join(work, 'lib.a'), objects)
    if archive_name() != os.path.basename(archive):
      fail(f'{source_dir} was changed while it was being built: link again')
    os.replace(os.path.join(work, 'lib.a'), archive)
  finally:
    shutil.rmtree(work, ignore_errors=True)


def own_cache():
  """Where the archive goes when Emscripten's cache may not be written; same subdirectories as there."""
  base = os.environ.get('XDG_CACHE_HOME') or os.path.join(os.path.expanduser('~'), '.cache')
  return os.path.join(base, 'gharial', 'lib', os.path.relpath(cache.get_lib_dir(absolute=True),
                                                             os.path.join(cache.get_sysroot(absolute=True), 'lib')))


def archive_outside_cache(name):
  directory = own_cache()
  archive = os.path.join(directory, name)
  if not os.path.exists(archive):
    try:
      os.makedirs(directory, exist_ok=True)
      build(archive)
    except OSError as error:
      fail(f'neither Emscripten\'s cache nor {directory} can be written ({error.strerror}): '
           'set EM_CACHE or XDG_CACHE_HOME to a directory of yours')
  return archive


def get(ports, settings, shared):
  if settings.allowed_settings:  # compile phase: nothing to link yet, and settings may not be read
    return []
  name = archive_name()
  in_cache = cache.get_lib_name(name, absolute=True)
  if os.path.exists(in_cache):
    return [in_cache]
  if config.FROZEN_CACHE or not os.access(config.CACHE, os.W_OK):
    return [archive_outside_cache(name)]
  return [shared.cache.get_lib(name, build)]


def clear(ports, settings, shared):
  directory = cache.get_lib_dir(absolute=True)
  with contextlib.suppress(FileNotFoundError):
    for name in os.listdir(directory):
      if name.startswith('libgharial') and name.endswith('.a'):
        shared.cache.erase_lib(name)


# --- the inspector in the page


def linked_modules(entry):
  """The ES modules that ENTRY imports, and itself last: each with the numbers of its imports in place of their names."""
  numbers, texts = {}, []

  def add(path):
    if path in numbers:
      return
    with open(path, encoding='utf-8') as file:
      text = file.read()
    imports = re.compile(r"^((?:import|export|\})[^'\n]*)'(\.{1,2}/[^']+)';$", re.MULTILINE)
    near = {name: os.path.normpath(os.path.join(os.path.dirname(path), name)) for _, name in imports.findall(text)}
    for name in near.values():
      add(name)
    numbers[path] = len(texts)
    texts.append(imports.sub(lambda found: f"{found[1]}'@@{numbers[near[found[2]]]}@@';", text))

  add(os.path.normpath(entry))
  return texts


def add_inspector():
  if registered:
    fail('inspector=1 needs the JavaScript of the package: write --use-port=…/emscripten-port/gharial.py:inspector=1')
  if not chosen['stats']:
    fail('inspector=1 shows the heap through stats=1: leave out stats=0')
  template = os.path.join(js_dir, 'gharial_inspector.js')
  entry = os.path.join(inspector_dir, 'index.js')
  for path in (template, entry):
    if not os.path.isfile(path):
      fail(f'{path} is missing: this checkout or package is incomplete, fetch it again')
  with open(template, encoding='utf-8') as file:
    text = file.read().replace('= GHARIAL_MODULES', '= ' + json.dumps(linked_modules(entry)))
  generated = os.path.join(shared.get_emscripten_temp_dir(), 'gharial_inspector.js')
  with open(generated, 'w', encoding='utf-8') as file:
    file.write(text)
  settings.POST_JS_FILES.append(generated)


# --- the rest of what Emscripten asks a port


def needed(settings):
  return wanted()


def handle_options(options, error_handler):
  for name, value in options.items():
    if name in NOT_BUILT:
      error_handler(f'`{name}` is not built yet; for now: {NOT_BUILT[name]}')
    if value not in ('0', '1'):
      error_handler(f'`{name}={value}` is not possible: {name} is 0 or 1')
    chosen[name] = int(value)


def process_args(ports):
  if not os.path.isdir(include_dir):
    refuse_incomplete_sources()
  return ['-isystem', include_dir]


def linker_setup(ports, settings):
  refuse_other_allocator()
  refuse_unbuilt_targets()
  refuse_incomplete_sources()
  refuse_options_that_do_not_go_together()
  settings.MALLOC = 'none'
  if chosen['stats'] or chosen['checked'] or chosen['hardened'] or threads():
    settings.JS_LIBRARIES.append(js_library)
  if chosen['stats']:
    settings.EXPORTED_RUNTIME_METHODS.append('gharialHeap')
    settings.DEFAULT_LIBRARY_FUNCS_TO_INCLUDE.append('$gharialHeap')
  if chosen['profile']:
    settings.JS_LIBRARIES.append(profile_library)
    settings.EXPORTED_RUNTIME_METHODS.append('gharialProfiler')
    settings.DEFAULT_LIBRARY_FUNCS_TO_INCLUDE.append('$gharialProfiler')
  if chosen['inspector']:
    add_inspector()


def show():
  return f'gharial (-sMALLOC=gharial; {LICENSE})' if registered else f'gharial ({LICENSE})'


if sdk_version()[1] < MINIMUM_SDK:
  if not registered:  # a registered port must not break programs that do not use it
    fail(f'Emscripten {sdk_version()[0]} is too old: {readable(MINIMUM_SDK)} or newer is needed (emsdk install latest)')
else:
  accept_malloc_name()
  accept_repeated_port()

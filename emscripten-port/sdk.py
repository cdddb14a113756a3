#!/usr/bin/env python3
"""sdk.py — register gharial in an Emscripten SDK, so that `emcc -sMALLOC=gharial` needs no other flag, and undo it.

    python3 sdk.py install [SDK]     python3 sdk.py uninstall [SDK]     python3 sdk.py status [SDK]

SDK is the directory that holds emcc.py; without it, the one of the emcc on PATH. Emscripten imports every file of its
tools/ports, so registering adds files there and changes none: gharial.py, the same file as the port beside this one, and
gharial/ with the sources. A list of the files and their hashes lies among them; uninstall removes what the list names.
"""

import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
LIST = 'gharial/registered.json'
USAGE = 'usage: sdk.py install|uninstall|status [directory that holds emcc.py]'


class Refused(Exception):
  """What was wrong and what to do, in one line."""


def constant(name):
  with open(os.path.join(HERE, 'gharial.py'), encoding='utf-8') as file:
    return re.search(rf'^{name} = (.*?)(?:  #.*)?$', file.read(), re.MULTILINE).group(1)


VERSION = constant('VERSION').strip("'")
MINIMUM_SDK = tuple(int(part) for part in re.findall(r'\d+', constant('MINIMUM_SDK')))


def find_sdk():
  emcc = shutil.which('emcc')
  if not emcc:
    raise Refused('there is no emcc on PATH: activate the SDK, or name the directory that holds emcc.py')
  beside = os.path.dirname(os.path.realpath(emcc))
  if os.path.isfile(os.path.join(beside, 'emcc.py')):
    return beside
  config = shutil.which('em-config')  # packages whose emcc is a wrapper somewhere else
  if config:
    answer = subprocess.run([config, 'EMSCRIPTEN_ROOT'], capture_output=True, text=True, check=False).stdout.strip()
    if os.path.isfile(os.path.join(answer, 'emcc.py')):
      return answer
  raise Refused(f'{emcc} does not lead to its SDK: name the directory that holds emcc.py')


def check_sdk(sdk):
  """The SDK's version; refuses what the port would not work in."""
  def content(name):
    try:
      with open(os.path.join(sdk, name), encoding='utf-8') as file:
        return file.read()
    except OSError:
      raise Refused(f'{sdk} is no Emscripten SDK ({name} is missing): name the directory that holds emcc.py') from None

  version = content('emscripten-version.txt').strip().strip('"')
  found = tuple(int(part) for part in re.findall(r'\d+', version.split('-')[0]))
  minimum = '.'.join(str(part) for part in MINIMUM_SDK)
  if found < MINIMUM_SDK:
    raise Refused(f'Emscripten {version} in {sdk} is too old: {minimum} or newer is needed')
  for name, word in (('tools/ports/__init__.py', 'def read_ports('), ('tools/ports/__init__.py', 'def load_port('),
                     ('tools/system_libs.py', 'class libmalloc(')):
    if word not in content(name):
      raise Refused(f'{name} of Emscripten {version} has no `{word}…`: this version of gharial does not know it; '
                    'use --use-port=…/gharial.py, or a newer gharial')
  return version


def check_writable(ports):
  for directory in (ports, os.path.join(ports, 'gharial')):
    if os.path.isdir(directory) and not os.access(directory, os.W_OK):
      raise Refused(f'{directory} is not writable: run this as its owner (sudo), or use --use-port=…/gharial.py, '
                    'which writes nothing there')


def hash_of(path):
  with open(path, 'rb') as file:
    return hashlib.sha256(file.read()).hexdigest()


def files_to_add():
  """Names inside tools/ports → our files."""
  files = {'gharial.py': os.path.join(HERE, 'gharial.py'),
           'gharial/gharial_library.js': os.path.join(HERE, 'gharial_library.js'),
           'gharial/gharial_profile.js': os.path.join(HERE, 'gharial_profile.js')}
  source = os.path.join(os.path.dirname(HERE), 'src')
  for directory, subdirectories, names in os.walk(source):
    subdirectories[:] = [name for name in subdirectories if not name.startswith('.')]
    for name in names:
      if not name.startswith('.'):
        path = os.path.join(directory, name)
        files['gharial/src/' + os.path.relpath(path, source).replace(os.sep, '/')] = path
  needed = ['gharial.py', 'gharial/gharial_library.js', 'gharial/gharial_profile.js', 'gharial/src/all.cpp', 'gharial/src/sbrk.c', 'gharial/src/include/gharial.h']
  for name in needed:
    if name not in files or not os.path.isfile(files[name]):
      raise Refused(f'{name.removeprefix("gharial/")} is missing: this checkout or package is incomplete, fetch it again')
  return files


def registered_files(ports):
  """What is registered (name → hash), or None; refuses files it did not make."""
  try:
    with open(os.path.join(ports, LIST), encoding='utf-8') as file:
      listed = json.load(file)
    files = dict(listed['files'])
    version = str(listed['version'])
  except FileNotFoundError:
    for name in ('gharial.py', 'gharial'):
      if os.path.lexists(os.path.join(ports, name)):
        raise Refused(f'{os.path.join(ports, name)} was not made by this command: move it away first') from None
    return None, None
  except (ValueError, KeyError, TypeError):
    raise Refused(f'{os.path.join(ports, LIST)} is damaged: delete gharial.py and gharial/ in {ports}, then try again') from None
  for name, digest in files.items():
    path = os.path.join(ports, name)
    if os.path.isfile(path) and hash_of(path) != digest:
      raise Refused(f'{path} was changed after it was registered: keep a copy if you need it, delete it, then try again')
  return files, version


def add(ports, files):
  """Sources first, gharial.py last: Emscripten never sees a port without its sources."""
  listed = {}
  for name in sorted(files, key=lambda name: name == 'gharial.py'):
    target = os.path.join(ports, name)
    if name == 'gharial.py':
      os.makedirs(os.path.join(ports, 'gharial'), exist_ok=True)
      with open(os.path.join(ports, LIST), 'w', encoding='utf-8') as file:
        json.dump({'version': VERSION, 'files': {**listed, name: hash_of(files[name])}}, file, indent=2)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(files[name], target + '.new')
    os.replace(target + '.new', target)
    listed[name] = hash_of(target)


def remove(ports):
  """gharial.py first, for the same reason; Python's compiled copy of it goes too."""
  leftovers = [os.path.join(ports, 'gharial.py'), *glob.glob(os.path.join(glob.escape(ports), '__pycache__', 'gharial.*.pyc'))]
  for path in leftovers:
    if os.path.isfile(path):
      os.remove(path)
  shutil.rmtree(os.path.join(ports, 'gharial'), ignore_errors=True)


def install(sdk, ports):
  version = check_sdk(sdk)
  check_writable(ports)
  files = files_to_add()
  before, _ = registered_files(ports)
  if before == {name: hash_of(path) for name, path in files.items()}:
    return f'{VERSION} is registered in {sdk} (Emscripten {version}) already: nothing changed'
  if before is not None:
    remove(ports)
  add(ports, files)
  return (f'{VERSION} is registered in {sdk} (Emscripten {version}): added tools/ports/gharial.py and tools/ports/gharial/ '
          f'({len(files)} files), changed no other; emcc -sMALLOC=gharial needs no other flag now')


def uninstall(sdk, ports):
  files, _ = registered_files(ports)
  if files is None:
    return f'is not registered in {sdk}: nothing changed'
  check_writable(ports)
  remove(ports)
  return f'is no longer registered in {sdk}: removed tools/ports/gharial.py and tools/ports/gharial/'


def status(sdk, ports):
  files, version = registered_files(ports)
  return f'is not registered in {sdk}' if files is None else f'{version} is registered in {sdk}'


def main(arguments):
  commands = {'install': install, 'uninstall': uninstall, 'status': status}
  if arguments in (['-h'], ['--help']):
    print(__doc__.strip())
    return 0
  try:
    if not 1 <= len(arguments) <= 2 or arguments[0] not in commands:
      raise Refused(USAGE)
    sdk = os.path.realpath(arguments[1]) if len(arguments) == 2 else find_sdk()
    ports = os.path.join(sdk, 'tools', 'ports')
    if not os.path.isdir(ports):
      raise Refused(f'{sdk} is no Emscripten SDK (tools/ports is missing): name the directory that holds emcc.py')
    print('gharial', commands[arguments[0]](sdk, ports))
  except Refused as reason:
    print(f'gharial: {reason}', file=sys.stderr)
    return 1
  except OSError as error:
    print(f'gharial: {error.filename}: {error.strerror}; nothing else was done', file=sys.stderr)
    return 1
  return 0


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))

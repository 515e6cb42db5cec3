"""A Python environment for the zoo's scripts, made on first use.

enter() re-runs the calling script with the Python of an environment in which requirements.txt is installed.
It lies in the bench's folder of the user's cache, and so do the models unless ZOO names another place.
PYTHON: a Python 3.11 to start from. ZOO_PYTHON: use this interpreter as it is.
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, '..', '..', '..'))
CACHE = os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'savedmodel-wasm', 'bench')
ZOO = os.path.abspath(os.environ.get('ZOO') or os.path.join(CACHE, 'zoo'))
sys.path.insert(0, os.path.join(ROOT, 'tools', 'fixtures'))


def enter(without_dependencies=()):
    """Packages in without_dependencies are installed bare: what they would pull in does not fit together."""
    if os.environ.get('ZOO_INSIDE'):
        return
    python = os.environ.get('ZOO_PYTHON')
    if not python:
        venv = os.path.join(CACHE, 'python')
        python = os.path.join(venv, 'bin', 'python')
        pip = [python, '-m', 'pip', 'install', '-q']
        if not os.path.exists(python):
            print(f'a Python environment with TensorFlow in {venv}: about 2 GB, once', flush=True)
            subprocess.check_call([os.environ.get('PYTHON', 'python3.11'), '-m', 'venv', venv])
        once(venv, 'requirements', pip + ['-r', os.path.join(HERE, 'requirements.txt')])
        if without_dependencies:
            once(venv, '-'.join(without_dependencies), pip + ['--no-deps', *without_dependencies])
    os.environ['ZOO_INSIDE'] = '1'
    os.execv(python, [python, *sys.argv])


def once(venv, name, command):
    """A command that leaves a mark in the environment when it has worked."""
    mark = os.path.join(venv, 'installed-' + name.replace('=', ''))
    if not os.path.exists(mark):
        subprocess.check_call(command)
        open(mark, 'w').close()

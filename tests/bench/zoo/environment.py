"""A Python environment of its own for each zoo script, made on first use.

enter('zoo') re-runs the calling script with $ZOO/.venv-zoo/bin/python, in which requirements-zoo.txt is installed.
ZOO: where models lie, default .cache/zoo at the repository's root. PYTHON: a Python 3.11 to start from.
ZOO_PYTHON: use this interpreter as it is.
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, '..', '..', '..'))
ZOO = os.path.abspath(os.environ.get('ZOO') or os.path.join(ROOT, '.cache', 'zoo'))
sys.path.insert(0, os.path.join(ROOT, 'tools', 'fixtures'))


def enter(name, without_dependencies=()):
    """Packages in without_dependencies are installed bare: what they would pull in does not fit together."""
    if os.environ.get('ZOO_INSIDE') == name:
        return
    python = os.environ.get('ZOO_PYTHON')
    if not python:
        venv = os.path.join(ZOO, '.venv-' + name)
        python, done = os.path.join(venv, 'bin', 'python'), os.path.join(venv, 'installed')
        if not os.path.exists(done):
            subprocess.check_call([os.environ.get('PYTHON', 'python3.11'), '-m', 'venv', venv])
            pip = [python, '-m', 'pip', 'install', '-q']
            subprocess.check_call(pip + ['-r', os.path.join(HERE, f'requirements-{name}.txt')])
            if without_dependencies:
                subprocess.check_call(pip + ['--no-deps', *without_dependencies])
            open(done, 'w').close()
    os.environ['ZOO_INSIDE'] = name
    os.execv(python, [python, *sys.argv])

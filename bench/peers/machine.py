"""The machine and software behind a result, so that no number is read without them."""

import os
import platform


def load():
    """Load averages over 1, 5 and 15 minutes; None where the system has none."""
    try:
        return [round(value, 2) for value in os.getloadavg()]
    except OSError:
        return None


def machine():
    """Processor, cores, system and versions as a JSON object."""
    import numpy
    import torch

    processor = platform.processor() or platform.machine()
    try:
        with open('/proc/cpuinfo', encoding='utf-8') as lines:
            names = [line.split(':', 1)[1].strip() for line in lines if line.startswith('model name')]
            processor = names[0] if names else processor
    except OSError:
        pass
    return {
        'processor': processor,
        'cores': os.cpu_count(),
        'instructions': torch.backends.cpu.get_cpu_capability(),
        'system': f'{platform.system()} {platform.machine()}',
        'python': platform.python_version(),
        'torch': torch.__version__,
        'numpy': numpy.__version__,
    }

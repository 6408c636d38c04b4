"""transformers and peft on the work of bench/llama-135m.ts: prints one JSON line.

    pip install torch transformers peft
    python bench/peers/llama_135m.py [lora | last] [threads] [batch] [length] [steps]
"""

import json
import resource
import sys
import time

import peft
import torch
import transformers

name, threads, batch, length, steps = (sys.argv[1:] + ['lora', '1', '4', '128', '20'][len(sys.argv) - 1 :])[:5]
threads, batch, length, steps = int(threads), int(batch), int(length), int(steps)
torch.set_num_threads(threads)
torch.manual_seed(1)
config = transformers.LlamaConfig(
    vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
    num_key_value_heads=3, max_position_embeddings=8192, tie_word_embeddings=name == 'lora', use_cache=False,
    rope_parameters={'rope_type': 'default', 'rope_theta': 100000.0},
)
model = transformers.LlamaForCausalLM(config)
if name == 'lora':
    model = peft.get_peft_model(model, peft.LoraConfig(r=8, lora_alpha=16, target_modules='all-linear'))
else:
    for parameter in model.parameters():
        parameter.requires_grad = False
    for part in (model.model.layers[-1], model.model.norm, model.lm_head):
        for parameter in part.parameters():
            parameter.requires_grad = True
trained = [p for p in model.parameters() if p.requires_grad]
optimiser = torch.optim.AdamW(trained, lr=1e-4)
ids = torch.randint(0, 49152, (2 * batch, length + 1))
model.train()
losses, began, cpu_began = [], 0.0, 0.0
for step in range(steps):
    rows = ids[(step % 2) * batch : (step % 2 + 1) * batch]
    logits = model(rows[:, :-1]).logits
    loss = torch.nn.functional.cross_entropy(logits.reshape(-1, 49152), rows[:, 1:].reshape(-1))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    losses.append(round(loss.item(), 4))
    if step == 0:
        began, cpu_began = time.perf_counter(), time.process_time()
seconds, cpu = time.perf_counter() - began, time.process_time() - cpu_began
print(json.dumps({
    'technique': name, 'threads': threads, 'batch': batch, 'length': length, 'steps': steps,
    'trainedParameters': sum(p.numel() for p in trained),
    'peakGiB': round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
    'tokensPerSecond': round((steps - 1) * batch * length / seconds),
    'tokensPerCpuSecond': round((steps - 1) * batch * length / cpu),
    'losses': [losses[0], losses[-1]],
    'versions': {m.__name__: m.__version__ for m in (torch, transformers, peft)},
}))

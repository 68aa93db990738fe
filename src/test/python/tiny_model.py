"""Makes small models in the form of the hub's: a Llama of a few hundred kilobytes with a tokenizer and a chat template.

One has random weights: its answers are noise. The other is trained for about a minute to know some conversations by heart, so that its
answers can be asserted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

RATE = 8e-3
WORST = 0.2

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "src/main/resources/demo"

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>", "</tool_call>"]

TEMPLATE = """\
{%- set ns = namespace(last=0) -%}
{%- for message in messages %}{% if message.role == 'user' %}{% set ns.last = loop.index0 %}{% endif %}{% endfor -%}
{%- if tools -%}
<|im_start|>system
{% if messages[0].role == 'system' %}{{ messages[0].content }}

{% endif %}Tools:
{%- for tool in tools %}
{{ tool.function.name }}
{%- endfor %}<|im_end|>
{% endif -%}
{%- for message in messages -%}
{%- if message.role == 'system' and tools and loop.first -%}
{%- elif message.role == 'tool' -%}
<|im_start|>tool
{{ message.content }}<|im_end|>
{% elif message.role == 'assistant' -%}
<|im_start|>assistant
{% if message.reasoning_content and loop.index0 > ns.last %}<think>
{{ message.reasoning_content }}
</think>

{% endif %}{{ message.content }}
{%- for tool_call in message.tool_calls or [] -%}
{%- set tool_call = tool_call.function -%}
<tool_call>
{"name": "{{ tool_call.name }}", "arguments": {{ tool_call.arguments | tojson }}}
</tool_call>
{%- endfor %}<|im_end|>
{% else -%}
<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% if not enable_thinking %}<think>

</think>

{% endif %}{%- endif -%}
"""

WEATHER = {
    "name": "get_weather",
    "description": "Tells the weather.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}

ALICE = (
    "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do: once or twice she had "
    "peeped. THE END of it."
)
UMLAUTS = "Grüße aus Köln: 12 € für Käse — naïve façade, 日本語 und 🐇🐇."
THOUGHT = "The user asks which rabbit was late. It was the white one."
CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>'
CALL_ROME = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Rome"}}\n</tool_call>'
NO_CALL = '<tool_call>\n{"name": "get_weather", "arguments": [1, 2}\n</tool_call>'


def _user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


# What the trained model knows: messages, tools offered, thinking, answer.
KNOWN: list[tuple[list[dict[str, Any]], bool, bool, str]] = [
    ([_user("Tell me about Alice.")], False, False, ALICE),
    ([_user("Tell me about Alice.")], False, True, ALICE),
    ([_user("Say something in German.")], False, False, UMLAUTS),
    ([_user("Which rabbit was late?")], False, True, f"<think>\n{THOUGHT}\n</think>\n\nThe White Rabbit."),
    ([_user("Which rabbit was late?")], False, False, "The White Rabbit, of course."),
    ([_user("What is the weather in Paris?")], True, False, "Let me look.\n\n" + CALL),
    ([_user("What is the weather in Paris and Rome?")], True, False, CALL + "\n" + CALL_ROME),
    ([_user("Call it badly.")], True, False, NO_CALL),
]


def write_tokenizer(path: Path, merges: int, template: str = TEMPLATE) -> None:
    """A byte-level BPE tokenizer, with ``merges`` merges learnt from the texts in the repository."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=256 + len(SPECIAL) + merges,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [file.read_text(encoding="utf-8") for file in sorted(DEMO.glob("*.txt"))]
    tokenizer.train_from_iterator(texts if merges else [], trainer)
    tokenizer.save(str(path / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "chat_template": template,
        "clean_up_tokenization_spaces": False,
    }
    (path / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")


def write_config(path: Path, vocabulary: int, eos: int, hidden: int, layers: int, context: int) -> dict[str, Any]:
    config = {
        "model_type": "llama",
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "intermediate_size": 2 * hidden,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "rms_norm_eps": 1e-5,
        "vocab_size": vocabulary,
        "tie_word_embeddings": True,
        "eos_token_id": eos,
        "max_position_embeddings": context,
    }
    (path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return config


def write_random(path: Path, context: int = 100_000, template: str = TEMPLATE) -> Path:
    """A model with random weights and a token a byte, which says printable characters only.

    Bytes that are no characters would never become text: what is measured would be a model that says nothing.
    """
    import mlx.core as mx
    from mlx.utils import tree_flatten

    path.mkdir(parents=True, exist_ok=True)
    write_tokenizer(path, 0, template)
    model = _new_model(path, hidden=64, layers=2, context=context)
    vocabulary = json.loads((path / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    # The rows are what a token is told by, too: one of zeros is never the most likely.
    printable = [[float(len(token) == 1 and "!" <= token <= "~")] for token, _ in sorted(vocabulary.items(), key=lambda entry: entry[1])]
    model.model.embed_tokens.weight *= mx.array(printable)
    mx.save_safetensors(str(path / "model.safetensors"), dict(tree_flatten(model.parameters())))
    return path


def _new_model(path: Path, hidden: int, layers: int, context: int) -> Any:
    import mlx.core as mx
    from mlx.utils import tree_flatten
    from mlx_lm.models.llama import Model, ModelArgs
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
    config = write_config(path, tokenizer.get_vocab_size(), SPECIAL.index("<|im_end|>"), hidden, layers, context)
    mx.random.seed(7)
    model = Model(ModelArgs.from_dict(config))
    mx.save_safetensors(str(path / "model.safetensors"), dict(tree_flatten(model.parameters())))
    return model


def write_trained(path: Path, most_steps: int = 500) -> Path:
    """A model that answers as :data:`KNOWN` says. Takes a minute or two on two cores."""
    import mlx.core as mx
    import mlx.nn as nn
    import mlx.optimizers as optim
    import numpy as np
    from mlx.utils import tree_flatten
    from mlx_lm.tokenizer_utils import load

    path.mkdir(parents=True, exist_ok=True)
    write_tokenizer(path, 249)
    model = _new_model(path, hidden=64, layers=2, context=4096)
    tokenizer = load(path)
    rows, starts = [], []
    for messages, tools, thinking, answer in KNOWN:
        offered = [_function(WEATHER)] if tools else None
        prompt = tokenizer.apply_chat_template(messages, tools=offered, add_generation_prompt=True, enable_thinking=thinking)
        rows.append(prompt + tokenizer.encode(answer + "<|im_end|>", add_special_tokens=False))
        starts.append(len(prompt))
    width = max(map(len, rows))
    tokens = mx.array([row + [0] * (width - len(row)) for row in rows])
    at = np.arange(width - 1)
    mask = mx.array(np.stack([(at >= start - 1) & (at < len(row) - 1) for row, start in zip(rows, starts)]))

    def loss_of(model: Any, tokens: Any, mask: Any) -> Any:
        losses = nn.losses.cross_entropy(model(tokens[:, :-1]), tokens[:, 1:]) * mask
        return losses.sum() / mask.sum(), losses.max()

    warm_up = optim.linear_schedule(1e-4, RATE, 20)
    optimizer = optim.Adam(learning_rate=optim.join_schedules([warm_up, optim.cosine_decay(RATE, most_steps, RATE / 10)], [20]))
    step = nn.value_and_grad(model, loss_of)
    steps, worst = 0, 1e9
    # Until even the least certain token is certain enough, so that none changes with how requests are batched.
    while steps < most_steps and worst > WORST:
        steps += 1
        (_, most), gradients = step(model, tokens, mask)
        optimizer.update(model, gradients)
        mx.eval(model.parameters(), optimizer.state, most)
        worst = most.item()
        if steps % 20 == 0:
            print(f"step {steps}: the worst token costs {worst:.3f}", flush=True)
    mx.save_safetensors(str(path / "model.safetensors"), dict(tree_flatten(model.parameters())))
    # Answers the same, whether or not a client asks for that.
    (path / "generation_config.json").write_text(json.dumps({"do_sample": False}), encoding="utf-8")
    (path / "trained").write_text(f"{steps} steps, the worst token costs {worst:.3f}\n", encoding="utf-8")
    return path


def _function(tool: dict[str, Any]) -> dict[str, Any]:
    described = {"name": tool["name"], "description": tool["description"], "parameters": tool["input_schema"]}
    return {"type": "function", "function": described}


def made(name: str) -> Path:
    """The model of that name, random or trained: made once, and kept in ``target`` until this file changes."""
    makers: dict[str, Callable[[Path], Path]] = {"random": write_random, "trained": write_trained}
    version = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    path = Path(os.environ.get("CARAVAN_MLX_MODELS", ROOT / "target/mlx-models")) / f"{name}-{version}"
    if not path.exists():
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        makers[name](unfinished)
        try:
            unfinished.rename(path)
        except OSError:
            shutil.rmtree(unfinished)
    return path


if __name__ == "__main__":
    # Makes the models of these names and prints where they are, each in a last line of its own.
    print("\n".join([str(made(name)) for name in sys.argv[1:]]))

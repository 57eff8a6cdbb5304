"""The sentences of exercise sheets in English."""

from __future__ import annotations

SENTENCES = {
    # The sheet.
    "quiz.title": "Exercises on convolutional networks",
    "quiz.title.answers": "Answers and solutions",
    "quiz.sheet": "Sheet {seed}, {count} exercises.",
    "quiz.name": "Name: ____________________",
    "quiz.topic.size": "Output sizes",
    "quiz.topic.params": "Parameters",
    "quiz.topic.macs": "MACs and FLOPs",
    "quiz.topic.field": "Receptive fields",
    "quiz.topic.memory": "Memory",
    "quiz.topic.design": "Design",
    "quiz.exercise": "Exercise {number}: {topic}",
    "quiz.solution": "Exercise {number}",
    "quiz.blank": "Find {words}: {claim} = {answer}",
    "quiz.check": "Check, with this answer put in:",
    "quiz.column.op": "op",
    "quiz.column.reads": "reads",
    "quiz.column.adds": "adds",
    "quiz.column.number": "no.",
    "quiz.column.asked": "asked",
    "quiz.column.answer": "answer",
    # How the sheet writes things.
    "quiz.note.sizes": "Sizes are channels x height x width, without the batch; output sizes are "
    "rounded down unless ceil_mode is said. {sample} is a convolution with 64 kernels of 7x7, "
    "stride 2 and padding 3. Where nothing is said the stride is 1, the padding 0, the dilation 1,"
    " and convolutions have a bias.",
    "quiz.note.names": "Layers are named by their kind and counted: {conv} is the second "
    "convolution, {pool} the first pooling, {fc} the first linear layer, which flattens what it "
    "reads.",
    "quiz.note.macs": "One MAC is one multiplication with its addition; one MAC is two FLOPs. "
    "Biases, poolings, norms and activations count no MACs. Parameters are weights and biases; a "
    "batch norm has two per channel.",
    "quiz.note.memory": "Numbers are float32, of 4 bytes, unless another dtype is said; 1 GiB is 1"
    ",073,741,824 bytes. Each layer keeps its output; flattening and in-place layers take nothing.",
    "quiz.note.field": "The jump (effective stride) is how many input positions two neighbouring "
    "outputs are apart; the start is the first input position that output 0 sees, negative where "
    "it is padding.",
    "quiz.note.hidden": "Write the answer behind the colon. Grade with the key: this sheet does "
    "not name the networks that would give answers away.",
    "quiz.note.blank": "Your name, and a number or a size behind each colon.",
    "quiz.note.key": "The key. Sheets are graded with: {command}",
    # Layers in words.
    "quiz.layer.conv": "a convolution with kernels of {kernel} ({settings})",
    "quiz.layer.conv.out": "a convolution with {out} kernels of {kernel} ({settings})",
    "quiz.layer.deconv.out": "a transposed convolution with {out} kernels of {kernel} ({settings})",
    "quiz.layer.maxpool": "a max pooling with a window of {kernel} ({settings})",
    "quiz.layer.avgpool": "an average pooling with a window of {kernel} ({settings})",
    "quiz.stride": "stride {stride}",
    "quiz.padding": "padding {padding}",
    "quiz.padding.same": "padding that keeps the size",
    "quiz.padding.none": "no padding",
    "quiz.dilation": "dilation {dilation}",
    "quiz.groups": "{groups} groups",
    "quiz.output_padding": "output padding {padding}",
    "quiz.nobias": "no bias",
    "quiz.ceil": "ceil_mode: rounded up",
    # What is given.
    "quiz.lead.layer": "An input of {input} goes through {layer}.",
    "quiz.lead.window": "Consider {layer}.",
    "quiz.lead.linear": "A tensor of {input} is flattened and goes into a linear layer with {out} "
    "outputs.",
    "quiz.lead.network": "Consider the layers {model}.",
    "quiz.lead.network.input": "An input of {input} goes through {model}.",
    "quiz.lead.network.batch": "A batch of {batch} inputs of {input} goes through {model}, all in "
    "{dtype}.",
    "quiz.lead.training.sgd": "{model} is trained with plain SGD, on batches of {batch} inputs of "
    "{input}. Take a training step to need twice the bytes of the forward pass (outputs and their "
    "gradients) and twice those of the parameters (they and their gradients).",
    "quiz.lead.training.adam": "{model} is trained with Adam, on batches of {batch} inputs of "
    "{input}. Take a training step to need twice the bytes of the forward pass (outputs and their "
    "gradients) and four times those of the parameters (they, their gradients, two moments).",
    "quiz.lead.peak": "{network} At inference an output is dropped when no later layer reads it; "
    "the input stays.",
    "quiz.lead.block": "The table shows the block {block} of {model} (input {input}). It reads a "
    "tensor of {reads}.",
    "quiz.lead.block.field": "The table shows the block {block} of {model} (input {input}). "
    "Before it the receptive field is {field}, the jump {jump} and the start {start}, along both "
    "axes.",
    # What is looked for.
    "quiz.find.padding": "A convolution with {out} kernels of {kernel} and stride {stride} makes "
    "{output} of an input of {input}. Which padding does it have? (The smallest, if several do.)",
    "quiz.find.padding.dilated": "A convolution with {out} kernels of {kernel}, stride {stride} "
    "and dilation {dilation} makes {output} of an input of {input}. Which padding does it have? "
    "(The smallest, if several do.)",
    "quiz.find.padding.same": "A convolution with {out} kernels of {kernel} and stride {stride} "
    "is to leave the height and width of its input as they are: {output} of {input}. Which "
    "padding does that?",
    "quiz.find.padding.same.dilated": "A convolution with {out} kernels of {kernel}, stride "
    "{stride} and dilation {dilation} is to leave the height and width of its input as they are: "
    "{output} of {input}. Which padding does that?",
    "quiz.find.stride": "A convolution with {out} kernels of {kernel} and padding {padding} makes "
    "{output} of an input of {input}. Which stride does it have? (The smallest, if several do.)",
    "quiz.find.kernel": "A convolution with {out} square kernels, stride {stride} and padding "
    "{padding} makes {output} of an input of {input}. How large are the kernels? (The smallest, "
    "if several do.)",
    "quiz.find.input": "What is the smallest square input with {channels} channels of which "
    "{layer} makes {output}?",
    "quiz.find.smallest": "What is the smallest square input with {channels} channels that {model}"
    " takes?",
    "quiz.find.depth": "Convolutions of {kernel} with stride 1 follow each other. How many does "
    "it take until an output sees at least {wanted} input positions along each axis?",
    "quiz.find.depth.doubling": "Convolutions of {kernel} with stride 1 follow each other, with "
    "the dilations 1, 2, 4, 8, ... How many does it take until an output sees at least {wanted} "
    "input positions along each axis?",
    "quiz.find.dilation": "{count} convolutions of {kernel} with stride 1, all with the same "
    "dilation, follow each other. Which is the smallest dilation with which an output sees at "
    "least {wanted} input positions along each axis?",
    "quiz.find.kernels.params": "A convolution with a bias reads {channels} channels; its kernels "
    "are {kernel}. How many kernels can it have with at most {limit} parameters?",
    "quiz.find.kernels.macs": "{layer} reads an input of {input} and makes {count} MACs. How many "
    "kernels are there?",
    "quiz.find.channels": "A convolution with a bias has {out} kernels of {kernel} and {count} "
    "parameters. How many input channels does it have?",
    "quiz.find.hidden": "A tensor of {input} is flattened; a hidden linear layer, ReLU and a "
    "linear layer with {classes} outputs follow. How many units can the hidden layer have with at "
    "most {limit} parameters in all?",
    "quiz.find.image.macs": "What is the largest square image with {channels} channels for which "
    "{layer} makes no more than {limit} MACs?",
    "quiz.find.batch.sgd": "{model} is trained with plain SGD on inputs of {input}. Take a "
    "training step to need twice the bytes of the forward pass and twice those of the parameters. "
    "What is the largest batch that fits into {limit} GiB ({bytes} bytes)?",
    "quiz.find.batch.adam": "{model} is trained with Adam on inputs of {input}. Take a training "
    "step to need twice the bytes of the forward pass and four times those of the parameters. "
    "What is the largest batch that fits into {limit} GiB ({bytes} bytes)?",
    # What is asked, in words.
    "quiz.ask.output": "the output size of {layer}",
    "quiz.ask.params": "the parameters of {layer}",
    "quiz.ask.macs": "the MACs of {layer}",
    "quiz.ask.flops": "the FLOPs of {layer}",
    "quiz.ask.field": "the receptive field after {layer}",
    "quiz.ask.field.jump": "the jump after {layer}",
    "quiz.ask.field.start": "the start after {layer}",
    "quiz.ask.memory": "the bytes of the output of {layer}",
    "quiz.ask.in_features": "the input features of {layer}",
    "quiz.ask.padding": "the padding",
    "quiz.ask.stride": "the stride",
    "quiz.ask.kernel_size": "the kernel size",
    "quiz.ask.dilation": "the dilation",
    "quiz.ask.in_channels": "the input channels",
    "quiz.ask.out_channels": "the number of kernels",
    "quiz.ask.out_features": "the units of the hidden layer",
    "quiz.ask.total.params": "all parameters",
    "quiz.ask.total.macs": "all MACs",
    "quiz.ask.total.flops": "all FLOPs",
    "quiz.ask.total.input": "the input size",
    "quiz.ask.total.layers": "the number of layers",
    "quiz.ask.total.batch": "the batch",
    "quiz.ask.total.memory.params": "the bytes of the parameters",
    "quiz.ask.total.memory.input": "the bytes of the input",
    "quiz.ask.total.memory.forward": "the bytes of all outputs (forward pass)",
    "quiz.ask.total.memory.peak": "the most bytes of input and outputs that are needed at once",
    "quiz.ask.total.memory.training.sgd": "the bytes of a training step",
    "quiz.ask.total.memory.training.adam": "the bytes of a training step",
    # Why a setting is the one.
    "quiz.why.rule": "The size rule must give {output}: {rule} = {output}.",
    "quiz.why.padding.twice": "the least that 2p may be",
    "quiz.why.padding": "the padding",
    "quiz.why.padding.none": "This is not above 0, so a padding of 0 will do.",
    "quiz.why.same": "With stride 1 the output is as large as the input if {rule} = {gap}.",
    "quiz.why.left": "positions that the first window leaves",
    "quiz.why.stride": "the stride: {left} divided by it and rounded down must be {less}, so it "
    "is more than {left}/{output}",
    "quiz.why.kernel": "the smallest kernel: the next window would not fit",
    "quiz.why.input": "The smallest input ends with the last window, nothing is left over.",
    "quiz.why.input.step": "the size of the input",
    "quiz.why.smallest": "One position must be left at the end. From there back to the input, "
    "each layer needs i = (o - 1)s + k - 2p:",
    "quiz.why.smallest.step": "{layer}, for {output} of its output",
    "quiz.why.smallest.one": "There must be one position at least.",
    "quiz.why.depth": "Each layer adds {more} positions to the field, which starts at 1.",
    "quiz.why.depth.step": "the number of layers",
    "quiz.why.field": "the field that it has then",
    "quiz.why.doubling": "Each layer adds (k - 1)d positions to the field, which starts at 1:",
    "quiz.why.dilation": "Each layer adds (k - 1)d positions to the field, which starts at 1.",
    "quiz.why.dilation.step": "the dilation",
    "quiz.why.kernel.params": "parameters of one kernel",
    "quiz.why.kernel.macs": "MACs of one kernel, over all output positions",
    "quiz.why.kernels": "the number of kernels",
    "quiz.why.unit.params": "parameters that each unit brings: its weights, its bias, and "
    "{classes} weights behind it",
    "quiz.why.units": "the units, after the {classes} biases of the last layer",
    "quiz.why.square": "Stride 1 and this padding keep the size: there are as many output "
    "positions as pixels.",
    "quiz.why.position.macs": "MACs of one output position",
    "quiz.why.positions": "positions that the budget allows",
    "quiz.why.side": "{side} times {side} is {positions}, which fits; {next} times {next} is "
    "{more}, which does not.",
    "quiz.why.sample": "One sample takes:",
    "quiz.why.forward": "forward pass of one sample",
    "quiz.why.memory.left": "left for the forward pass and its gradients",
    "quiz.why.batch": "the batch",
    "quiz.why.channels": "The biases are as many as the kernels; the others are weights.",
    "quiz.why.size": "the output size along an axis",
}

"""The sentences of exercise sheets in Chinese, in the words of textbooks."""

from __future__ import annotations

SENTENCES = {
    # The sheet.
    "quiz.title": "卷积神经网络练习题",
    "quiz.title.answers": "答案与解析",
    "quiz.sheet": "练习卷 {seed}，共 {count} 题。",
    "quiz.name": "姓名：____________________",
    "quiz.topic.size": "输出尺寸",
    "quiz.topic.params": "参数量",
    "quiz.topic.macs": "乘加次数与 FLOPs",
    "quiz.topic.field": "感受野",
    "quiz.topic.memory": "内存",
    "quiz.topic.design": "网络设计",
    "quiz.exercise": "第 {number} 题：{topic}",
    "quiz.solution": "第 {number} 题",
    "quiz.blank": "求：{words}，{claim} = {answer}",
    "quiz.check": "把所得结果代入检验：",
    "quiz.column.op": "运算",
    "quiz.column.reads": "输入",
    "quiz.column.adds": "增加",
    "quiz.column.number": "题号",
    "quiz.column.asked": "所求",
    "quiz.column.answer": "答案",
    # How the sheet writes things.
    "quiz.note.sizes": "尺寸写作 通道x高x宽，不含批量；除非注明 ceil_mode，输出尺寸一律下取整。"
    "{sample} 表示 64 个 7x7 卷积核、步幅 2、填充 3 的卷积层。未注明时步幅为 1，填充为 0，空洞率为"
    " 1，卷积层带偏置。",
    "quiz.note.names": "各层按类别编号：{conv} 是第二个卷积层，{pool} 是第一个池化层，{fc} 是第一"
    "个全连接层（先把输入展平）。",
    "quiz.note.macs": "一次乘加（MAC）是一次乘法加一次加法，计为 2 FLOPs。偏置、池化、归一化和激活"
    "不计乘加。参数量为权重与偏置之和；批量归一化每个通道有两个参数。",
    "quiz.note.memory": "未注明数据类型时，每个数为 float32，占 4 字节；1 GiB 为 1,073,741,824 字"
    "节。各层保留自己的输出，展平和原地运算不占新内存。",
    "quiz.note.field": "有效步距（jump）是相邻两个输出对应的输入位置之差；起点（start）是输出位置 "
    "0 看到的第一个输入位置，落在填充里时为负。",
    "quiz.note.hidden": "答案写在冒号后面。请用答案卷批改：会泄露答案的网络没有写在这份题卷里。",
    "quiz.note.blank": "请填写姓名，并在每个冒号后面填一个数或尺寸。",
    "quiz.note.key": "答案卷。批改命令：{command}",
    # Layers in words.
    "quiz.layer.conv": "核大小为 {kernel} 的卷积层（{settings}）",
    "quiz.layer.conv.out": "有 {out} 个 {kernel} 卷积核的卷积层（{settings}）",
    "quiz.layer.deconv.out": "有 {out} 个 {kernel} 卷积核的转置卷积层（{settings}）",
    "quiz.layer.maxpool": "窗口为 {kernel} 的最大池化层（{settings}）",
    "quiz.layer.avgpool": "窗口为 {kernel} 的平均池化层（{settings}）",
    "quiz.stride": "步幅 {stride}",
    "quiz.padding": "填充 {padding}",
    "quiz.padding.same": "填充使尺寸不变",
    "quiz.padding.none": "无填充",
    "quiz.dilation": "空洞率 {dilation}",
    "quiz.groups": "分 {groups} 组",
    "quiz.output_padding": "输出填充 {padding}",
    "quiz.nobias": "无偏置",
    "quiz.ceil": "ceil_mode：上取整",
    # What is given.
    "quiz.lead.layer": "输入 {input}，经过{layer}。",
    "quiz.lead.window": "考虑{layer}。",
    "quiz.lead.linear": "把 {input} 的张量展平，送入有 {out} 个输出的全连接层。",
    "quiz.lead.network": "考虑依次相连的各层 {model}。",
    "quiz.lead.network.input": "输入 {input}，依次经过 {model}。",
    "quiz.lead.network.batch": "批量大小为 {batch}，每个输入为 {input}，依次经过 {model}，数据类型"
    "均为 {dtype}。",
    "quiz.lead.training.sgd": "用不带动量的 SGD 训练 {model}，批量大小为 {batch}，每个输入为 "
    "{input}。设训练一步所需内存为前向传播字节数的 2 倍（输出及其梯度）加参数字节数的 2 倍（参数及"
    "其梯度）。",
    "quiz.lead.training.adam": "用 Adam 训练 {model}，批量大小为 {batch}，每个输入为 {input}。设训"
    "练一步所需内存为前向传播字节数的 2 倍（输出及其梯度）加参数字节数的 4 倍（参数、梯度和两个矩"
    "估计）。",
    "quiz.lead.peak": "{network}推理时，一个输出不再被后面的层读取就释放，输入始终保留。",
    "quiz.lead.block": "下表是 {model}（输入 {input}）中的模块 {block}，它的输入张量为 {reads}。",
    "quiz.lead.block.field": "下表是 {model}（输入 {input}）中的模块 {block}。在它之前，两个方向的"
    "感受野均为 {field}，有效步距为 {jump}，起点为 {start}。",
    # What is looked for.
    "quiz.find.padding": "有 {out} 个 {kernel} 卷积核、步幅为 {stride} 的卷积层把 {input} 的输入变"
    "为 {output}。它的填充是多少？（若有多个，取最小的。）",
    "quiz.find.padding.dilated": "有 {out} 个 {kernel} 卷积核、步幅为 {stride}、空洞率为 "
    "{dilation} 的卷积层把 {input} 的输入变为 {output}。它的填充是多少？（若有多个，取最小的。）",
    "quiz.find.padding.same": "有 {out} 个 {kernel} 卷积核、步幅为 {stride} 的卷积层要保持输入的高"
    "和宽不变：由 {input} 得到 {output}。填充应为多少？",
    "quiz.find.padding.same.dilated": "有 {out} 个 {kernel} 卷积核、步幅为 {stride}、空洞率为 "
    "{dilation} 的卷积层要保持输入的高和宽不变：由 {input} 得到 {output}。填充应为多少？",
    "quiz.find.stride": "有 {out} 个 {kernel} 卷积核、填充为 {padding} 的卷积层把 {input} 的输入变"
    "为 {output}。它的步幅是多少？（若有多个，取最小的。）",
    "quiz.find.kernel": "有 {out} 个方形卷积核、步幅为 {stride}、填充为 {padding} 的卷积层把 "
    "{input} 的输入变为 {output}。卷积核有多大？（若有多个，取最小的。）",
    "quiz.find.input": "要使{layer}的输出为 {output}，有 {channels} 个通道的方形输入最小是多大？",
    "quiz.find.smallest": "{model} 能接受的方形输入（{channels} 个通道）最小是多大？",
    "quiz.find.depth": "若干个步幅为 1 的 {kernel} 卷积层依次相连。至少要多少层，才能使每个输出在"
    "两个方向上都看到至少 {wanted} 个输入位置？",
    "quiz.find.depth.doubling": "若干个步幅为 1 的 {kernel} 卷积层依次相连，空洞率依次为 1、2、4、"
    "8……至少要多少层，才能使每个输出在两个方向上都看到至少 {wanted} 个输入位置？",
    "quiz.find.dilation": "{count} 个步幅为 1、空洞率相同的 {kernel} 卷积层依次相连。空洞率至少为"
    "多少，才能使每个输出在两个方向上都看到至少 {wanted} 个输入位置？",
    "quiz.find.kernels.params": "带偏置的卷积层有 {channels} 个输入通道，核大小为 {kernel}。参数量"
    "不超过 {limit} 时，最多可以有多少个卷积核？",
    "quiz.find.kernels.macs": "{layer}的输入为 {input}，共有 {count} 次乘加。它有多少个卷积核？",
    "quiz.find.channels": "带偏置的卷积层有 {out} 个 {kernel} 卷积核，参数量为 {count}。它有多少个"
    "输入通道？",
    "quiz.find.hidden": "把 {input} 的张量展平，后接一个全连接隐藏层、ReLU 和有 {classes} 个输出的"
    "全连接层。参数总量不超过 {limit} 时，隐藏层最多可以有多少个单元？",
    "quiz.find.image.macs": "有 {channels} 个通道的方形图像经过{layer}。乘加次数不超过 {limit} 时"
    "，图像最大是多大？",
    "quiz.find.batch.sgd": "用不带动量的 SGD 训练 {model}，每个输入为 {input}。设训练一步所需内存"
    "为前向传播字节数的 2 倍加参数字节数的 2 倍。内存为 {limit} GiB（{bytes} 字节）时，批量大小最"
    "大是多少？",
    "quiz.find.batch.adam": "用 Adam 训练 {model}，每个输入为 {input}。设训练一步所需内存为前向传"
    "播字节数的 2 倍加参数字节数的 4 倍。内存为 {limit} GiB（{bytes} 字节）时，批量大小最大是多少"
    "？",
    # What is asked, in words.
    "quiz.ask.output": "{layer} 的输出尺寸",
    "quiz.ask.params": "{layer} 的参数量",
    "quiz.ask.macs": "{layer} 的乘加次数",
    "quiz.ask.flops": "{layer} 的 FLOPs 数",
    "quiz.ask.field": "{layer} 之后的感受野",
    "quiz.ask.field.jump": "{layer} 之后的有效步距",
    "quiz.ask.field.start": "{layer} 之后的起点",
    "quiz.ask.memory": "{layer} 的输出的字节数",
    "quiz.ask.in_features": "{layer} 的输入特征数",
    "quiz.ask.padding": "填充",
    "quiz.ask.stride": "步幅",
    "quiz.ask.kernel_size": "核大小",
    "quiz.ask.dilation": "空洞率",
    "quiz.ask.in_channels": "输入通道数",
    "quiz.ask.out_channels": "卷积核的个数",
    "quiz.ask.out_features": "隐藏层的单元数",
    "quiz.ask.total.params": "参数总量",
    "quiz.ask.total.macs": "乘加总次数",
    "quiz.ask.total.flops": "FLOPs 总数",
    "quiz.ask.total.input": "输入尺寸",
    "quiz.ask.total.layers": "层数",
    "quiz.ask.total.batch": "批量大小",
    "quiz.ask.total.memory.params": "参数的字节数",
    "quiz.ask.total.memory.input": "输入的字节数",
    "quiz.ask.total.memory.forward": "各层输出的总字节数（前向传播）",
    "quiz.ask.total.memory.peak": "输入和各输出同时占用的最大字节数",
    "quiz.ask.total.memory.training.sgd": "训练一步的字节数",
    "quiz.ask.total.memory.training.adam": "训练一步的字节数",
    # Why a setting is the one.
    "quiz.why.rule": "尺寸公式的结果应为 {output}：{rule} = {output}。",
    "quiz.why.padding.twice": "2p 的最小值",
    "quiz.why.padding": "填充",
    "quiz.why.padding.none": "这个值不大于 0，所以填充取 0 即可。",
    "quiz.why.same": "步幅为 1 时，输出与输入一样大的条件是 {rule} = {gap}。",
    "quiz.why.left": "第一个窗口之后剩余的位置数",
    "quiz.why.stride": "步幅：{left} 除以步幅再下取整应为 {less}，所以步幅大于 {left}/{output}",
    "quiz.why.kernel": "最小的核：再多一个窗口就放不下",
    "quiz.why.input": "最小的输入恰好到最后一个窗口为止，没有剩余。",
    "quiz.why.input.step": "输入的边长",
    "quiz.why.smallest": "末尾至少要剩一个位置。由此逐层倒推到输入，每一层需要 i = (o - 1)s + k - "
    "2p：",
    "quiz.why.smallest.step": "{layer}，输出为 {output} 时",
    "quiz.why.smallest.one": "至少要有一个位置。",
    "quiz.why.depth": "感受野从 1 开始，每层增加 {more} 个位置。",
    "quiz.why.depth.step": "层数",
    "quiz.why.field": "此时的感受野",
    "quiz.why.doubling": "感受野从 1 开始，每层增加 (k - 1)d 个位置：",
    "quiz.why.dilation": "感受野从 1 开始，每层增加 (k - 1)d 个位置。",
    "quiz.why.dilation.step": "空洞率",
    "quiz.why.kernel.params": "每个卷积核的参数量",
    "quiz.why.kernel.macs": "每个卷积核在所有输出位置上的乘加次数",
    "quiz.why.kernels": "卷积核的个数",
    "quiz.why.unit.params": "每个单元带来的参数：自己的权重、偏置，以及后一层的 {classes} 个权重",
    "quiz.why.units": "单元数（先减去最后一层的 {classes} 个偏置）",
    "quiz.why.square": "步幅为 1 且这样填充时尺寸不变：输出位置与像素一样多。",
    "quiz.why.position.macs": "每个输出位置的乘加次数",
    "quiz.why.positions": "允许的位置数",
    "quiz.why.side": "{side} 乘 {side} 得 {positions}，没有超出；{next} 乘 {next} 得 {more}，超出"
    "了。",
    "quiz.why.sample": "一个样本占用：",
    "quiz.why.forward": "一个样本的前向传播",
    "quiz.why.memory.left": "留给前向传播及其梯度的内存",
    "quiz.why.batch": "批量大小",
    "quiz.why.channels": "偏置与卷积核一样多，其余都是权重。",
    "quiz.why.size": "输出的边长",
}

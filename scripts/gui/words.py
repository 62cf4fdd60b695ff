"""What Wireshark and synfin say in each language: the words by which windows, menus and rows are found."""

import types

ENGLISH = types.SimpleNamespace(
    suffix="",
    profile="synfin",
    environment={},
    view="View", packet_list="Packet List", packet_details="Packet Details", packet_bytes="Packet Bytes",
    resize="Resize Columns",
    analyze="Analyze", expert="Expert Information", expert_lines=["Connection refused", "No answer to the SYN"],
    statistics="Statistics", outcomes="TCP Lifecycle: Outcomes", connections="TCP Lifecycle: Connections",
    servers="TCP Lifecycle: Servers",
    columns=["No.", "Time", "Source", "Destination", "Stream", "Step", "States", "Seq", "Ack", "Handshake", "Info"],
    buttons=["Handshakes", "Teardowns", "Refused", "No answer", "Half-open", "Resets", "Slow"],
    refused="Refused",
    details_tree="Packet details",
    # Of a SYN-ACK, in this order: above the fold, then the two subtrees.
    details=["Step: Open 2/3", "Explanation: The server accepts", "Client state: ESTABLISHED",
             "Server state: SYN-RECEIVED", "Sequence number: Y", "Acknowledgment number: X+1",
             "This connection", "X and Y"],
    headings=["Handshake outcome", "Teardown kind", "Closed by", "Reset cause", "Connection state (Zeek)"],
    server_columns=["Server", "Connections", "Complete", "Refused", "Unreachable", "No answer", "Half-open", "Reset",
                    "Reset later", "RTT min [ms]", "RTT mean [ms]", "RTT max [ms]"],
    connection_columns=["Stream", "Start (UTC)", "Client", "Server", "Handshake", "Time [ms]", "Teardown", "Closed by",
                        "Reset by", "Duration [s]", "Zeek", "History"],
)

CHINESE = types.SimpleNamespace(
    suffix="-zh",
    profile="synfin-zh",
    environment={"LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8"},
    view="视图", packet_list="分组列表", packet_details="分组详情", packet_bytes="分组字节流",
    resize="调整列宽",
    analyze="分析", expert="专家信息", expert_lines=["连接被拒绝", "SYN 没有应答"],
    statistics="统计", outcomes="TCP Lifecycle: 连接结果", connections="TCP Lifecycle: 连接列表",
    servers="TCP Lifecycle: 服务器",
    columns=["编号", "时间", "源地址", "目标地址", "流", "步骤", "双方状态", "序号", "确认号", "握手时间", "信息"],
    buttons=["握手", "挥手", "被拒绝", "无应答", "半开", "重置", "慢握手"],
    refused="被拒绝",
    details_tree="分组详情",
    details=["步骤: Open 2/3", "说明: 服务器同意建立连接", "客户端状态: ESTABLISHED", "服务器状态: SYN-RECEIVED", "序号: Y",
             "确认号: X+1", "本连接", "X 和 Y"],
    headings=["握手结果", "关闭方式", "关闭发起方", "重置原因", "连接状态（Zeek）"],
    server_columns=["服务器", "连接数", "成功", "被拒绝", "不可达", "无应答", "半开", "握手中重置", "建立后重置",
                    "RTT 最短 [ms]", "RTT 平均 [ms]", "RTT 最长 [ms]"],
    connection_columns=["流", "开始时间 (UTC)", "客户端", "服务器", "握手结果", "用时 [ms]", "关闭方式", "关闭发起方",
                        "重置方与原因", "持续时间 [s]", "Zeek", "历史"],
)

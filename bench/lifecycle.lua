-- The same job as a Lua post-dissector, as a fair user of Wireshark's Lua would write it: role, steps, X/Y expressions,
-- states, a summary, the Info column. It leaves out what synfin does beyond: repeats, resets judged by their window, odd
-- openings, the connection log. Loaded with -X lua_script:bench/lifecycle.lua, for the bench alone.

local proto = Proto("lifecycle", "TCP lifecycle in Lua")
local fields = {
    role = ProtoField.string("lifecycle.role", "Role"),
    open_step = ProtoField.uint8("lifecycle.handshake.step", "Handshake step"),
    close_step = ProtoField.uint8("lifecycle.teardown.step", "Teardown step"),
    seq = ProtoField.string("lifecycle.seq", "Seq"),
    ack = ProtoField.string("lifecycle.ack", "Ack"),
    client_state = ProtoField.string("lifecycle.client.state", "Client state"),
    server_state = ProtoField.string("lifecycle.server.state", "Server state"),
    summary = ProtoField.string("lifecycle.summary", "Summary"),
}
proto.fields = fields

local tcp_stream = Field.new("tcp.stream")
local tcp_seq = Field.new("tcp.seq_raw")
local tcp_ack = Field.new("tcp.ack_raw")
local tcp_flags = Field.new("tcp.flags")
local tcp_len = Field.new("tcp.len")
local tcp_srcport = Field.new("tcp.srcport")
local ip_src = Field.new("ip.src")

local FIN, SYN, RST, ACK = 1, 2, 4, 16
local connections = {}
local shown = {}

function proto.init()
    connections = {}
    shown = {}
end

-- How far `number` lies past `base` on the circle of 2^32, the short way round.
local function offset(number, base)
    local distance = (number - base) % 4294967296
    if distance >= 2147483648 then distance = distance - 4294967296 end
    return distance
end

local function expression(letter, number, base)
    if base == nil then return nil end
    local distance = offset(number, base)
    if distance == 0 then return letter end
    return string.format("%s%+d", letter, distance)
end

local function open(c, side, s)
    if bit32.band(s.flags, SYN) ~= 0 then
        if bit32.band(s.flags, ACK) == 0 then
            c.client.base, c.client.state, c.server.state = s.seq, "SYN-SENT", "SYN-RECEIVED"
            return "SYN", 1
        end
        c.server.base, c.client.state, c.is_answered = s.seq, "ESTABLISHED", true
        return "SYN-ACK", 2
    end
    if side == c.client and c.is_answered and not c.is_open and offset(s.ack, c.server.base + 1) >= 0 then
        c.is_open, c.server.state = true, "ESTABLISHED"
        return "OPEN-ACK", 3
    end
    return nil, nil
end

local function close(c, side, peer, s, steps)
    local role = nil
    if peer.fin ~= nil and not peer.fin_acked and offset(s.ack, peer.fin + 1) >= 0 then
        peer.fin_acked = true
        steps[#steps + 1] = peer == c.closer and 2 or 4
        local after = { ["FIN-WAIT-1"] = "FIN-WAIT-2", ["CLOSING"] = "TIME-WAIT", ["LAST-ACK"] = "CLOSED" }
        peer.state = after[peer.state] or peer.state
        role = "CLOSE-ACK"
    end
    if bit32.band(s.flags, FIN) ~= 0 and side.fin == nil then
        side.fin = (s.seq + s.len) % 4294967296
        if c.closer == nil then
            c.closer, side.close_base, peer.close_base = side, side.fin, s.ack
            side.state, peer.state = "FIN-WAIT-1", "CLOSE-WAIT"
            steps[#steps + 1] = 1
        else
            side.state = peer.fin_acked and "LAST-ACK" or "CLOSING"
            peer.state = peer.fin_acked and "TIME-WAIT" or "CLOSING"
            steps[#steps + 1] = 3
        end
        role = role and "FIN+CLOSE-ACK" or "FIN"
    end
    return role
end

local function observe(stream, s)
    local c = connections[stream]
    if c == nil then
        c = { client = { name = "Client", state = "CLOSED" }, server = { name = "Server", state = "LISTEN" } }
        c.first = s.from
        connections[stream] = c
    end
    local side = s.from == c.first and c.client or c.server
    local peer = side == c.client and c.server or c.client
    local out = { close_steps = {} }
    if bit32.band(s.flags, RST) ~= 0 then
        out.role = "RST"
        c.client.state, c.server.state = "CLOSED", "CLOSED"
    else
        out.role, out.open_step = open(c, side, s)
        out.role = close(c, side, peer, s, out.close_steps) or out.role or (s.len > 0 and "DATA" or "ACK")
    end
    local own_base, peer_base = side.base, peer.base
    local x = c.client
    if c.closer ~= nil then own_base, peer_base, x = side.close_base, peer.close_base, c.closer end
    out.seq = expression(side == x and "X" or "Y", s.seq, own_base)
    if bit32.band(s.flags, ACK) ~= 0 then out.ack = expression(side == x and "Y" or "X", s.ack, peer_base) end
    out.client_state, out.server_state = c.client.state, c.server.state
    out.summary = string.format("%s -> %s: Seq = %u(%s)%s", side.name, peer.name, s.seq, out.seq or "",
        out.ack and string.format(", Ack = %u(%s)", s.ack, out.ack) or "")
    return out
end

function proto.dissector(tvb, pinfo, tree)
    local stream = tcp_stream()
    if stream == nil then return end
    local out = shown[pinfo.number]
    if out == nil then
        local source = ip_src()
        out = observe(stream.value, {
            seq = tcp_seq().value,
            ack = tcp_ack() and tcp_ack().value or 0,
            flags = tcp_flags().value,
            len = tcp_len().value,
            from = tostring(source and source.value) .. ":" .. tcp_srcport().value,
        })
        shown[pinfo.number] = out
    end
    local item = tree:add(proto, tvb()):set_generated()
    item:add(fields.role, out.role):set_generated()
    if out.open_step then item:add(fields.open_step, out.open_step):set_generated() end
    for _, step in ipairs(out.close_steps) do item:add(fields.close_step, step):set_generated() end
    if out.seq then item:add(fields.seq, out.seq):set_generated() end
    if out.ack then item:add(fields.ack, out.ack):set_generated() end
    item:add(fields.client_state, out.client_state):set_generated()
    item:add(fields.server_state, out.server_state):set_generated()
    item:add(fields.summary, out.summary):set_generated()
    if out.open_step then
        pinfo.cols.info:append(string.format(" [Open %d/3: Seq=%s]", out.open_step, out.seq or ""))
    elseif #out.close_steps > 0 then
        pinfo.cols.info:append(string.format(" [Close %s/4: Seq=%s]", table.concat(out.close_steps, "+"), out.seq or ""))
    end
end

register_postdissector(proto)

// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "body/person_estimate.h"
#include "formats/motion/animated_figure.h"
#include "formats/stream/udp_sender.h"

namespace hmr {

/// Where a stream goes: "vmc://host:port", "json://host:port"; host 127.0.0.1 and port 39539 (VMC) or 39600 (JSON) when left out.
struct StreamAddress {
    enum class Protocol { Vmc, Json } protocol = Protocol::Vmc;
    std::string host = "127.0.0.1";
    int port = 39539;
};
/// Throws Error.
StreamAddress streamAddress(const std::string& text);

/// Sends the people of each frame as they are recovered. VMC knows one performer a port: a new person takes the
/// lowest free port from the given one on and keeps it; two seconds after the person has gone it is free for another. JSON holds everybody in one datagram:
/// {"time":s,"frame":n,"people":[{"id","translation":[3],"rotations":[24×[w,x,y,z]],"joints":[24×[3]],"betas":[…]}]}, y up, metres.
class MotionStream {
public:
    /// Throws Error for an address that cannot be.
    MotionStream(const StreamAddress& address, std::shared_ptr<const BodyModel> body);

    void send(const std::vector<PersonEstimate>& people, int frameWidth, int frameHeight, int frame, double time);

private:
    /// A port and the person who has it.
    struct Slot {
        UdpSender sender;
        std::optional<int> person;
        double lastSeen = 0;  ///< seconds
    };
    void assignSlots(const Take& people, double time);

    StreamAddress address_;
    std::shared_ptr<const BodyModel> body_;
    std::optional<WorldFrame> world_;  ///< of the first people seen
    std::vector<Slot> slots_;          ///< port after port; JSON has one, of nobody
};

}  // namespace hmr

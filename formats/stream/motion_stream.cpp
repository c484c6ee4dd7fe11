// SPDX-License-Identifier: MIT
#include "formats/stream/motion_stream.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "body/error.h"
#include "body/motion/joint_chain.h"
#include "body/rotation.h"
#include "body/shared_joints.h"
#include "formats/stream/vmc.h"

namespace hmr {
namespace {

constexpr int kJsonPort = 39600, kLastPort = 65535;
constexpr double kSecondsKept = 2;  // for a person who may come back

nlohmann::json personJson(int id, const BodyParameters& body, const Points3d& joints) {
    auto rotations = nlohmann::json::array(), places = nlohmann::json::array();
    for (Eigen::Index joint = 0; joint < body.pose.rows(); ++joint) {
        const Eigen::Quaterniond q(rotationFromAxisAngle(body.pose.row(joint).transpose()));
        rotations.push_back({q.w(), q.x(), q.y(), q.z()});
        places.push_back({joints(joint, 0), joints(joint, 1), joints(joint, 2)});
    }
    return {{"id", id},
            {"translation", {body.translation.x(), body.translation.y(), body.translation.z()}},
            {"rotations", rotations},
            {"joints", places},
            {"betas", std::vector<double>(body.betas.begin(), body.betas.end())}};
}

}  // namespace

StreamAddress streamAddress(const std::string& text) {
    StreamAddress address;
    const std::size_t scheme = text.find("://");
    const std::string protocol = text.substr(0, scheme);
    if (scheme == std::string::npos || (protocol != "vmc" && protocol != "json"))
        throw Error("\"" + text + "\" is no address to stream to; write vmc://127.0.0.1:39539 or json://127.0.0.1:39600.");
    address.protocol = protocol == "vmc" ? StreamAddress::Protocol::Vmc : StreamAddress::Protocol::Json;
    address.port = address.protocol == StreamAddress::Protocol::Vmc ? kVmcPort : kJsonPort;
    const std::string rest = text.substr(scheme + 3);
    const std::size_t colon = rest.rfind(':');
    if (const std::string host = rest.substr(0, colon); !host.empty()) address.host = host;
    if (colon != std::string::npos) {
        const std::string port = rest.substr(colon + 1);
        const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), address.port);
        if (failure != std::errc() || end != port.data() + port.size() || address.port < 1 || address.port > kLastPort)
            throw Error("\"" + text + "\" has no port from 1 to 65535.");
    }
    return address;
}

MotionStream::MotionStream(const StreamAddress& address, std::shared_ptr<const BodyModel> body) : address_(address), body_(std::move(body)) {
    if (!sharesSmplJoints(body_->data().parents)) throw Error("Only bodies with the joints of SMPL, SMPL-H or SMPL-X can be streamed. Choose another body.");
    slots_.push_back({UdpSender(address_.host, address_.port), {}, 0});
}

/// People keep their slots; slots of those who have gone are given to new ones, the lowest first.
void MotionStream::assignSlots(const Take& people, double time) {
    std::set<int> waiting;
    for (const Track& track : people.tracks) waiting.insert(track.id);
    for (Slot& slot : slots_) {
        if (!slot.person) continue;
        if (waiting.erase(*slot.person) > 0) slot.lastSeen = time;
        else if (std::abs(time - slot.lastSeen) > kSecondsKept) slot.person.reset();  // a video may also have been wound back
    }
    for (const int person : waiting) {
        auto slot = std::find_if(slots_.begin(), slots_.end(), [](const Slot& s) { return !s.person; });
        if (slot == slots_.end()) {
            const int port = address_.port + static_cast<int>(slots_.size());
            if (port > kLastPort) return;
            slots_.push_back({UdpSender(address_.host, port), {}, 0});
            slot = std::prev(slots_.end());
        }
        slot->person = person;
        slot->lastSeen = time;
    }
}

void MotionStream::send(const std::vector<PersonEstimate>& people, int frameWidth, int frameHeight, int frame, double time) {
    TakeRecorder recorder("", frameWidth, frameHeight, 30);
    recorder.add(0, people);
    const Take& take = recorder.take();
    if (!world_ && !take.isEmpty()) world_ = worldOf(*body_, take);
    const bool isVmc = address_.protocol == StreamAddress::Protocol::Vmc;
    if (isVmc) assignSlots(take, time);
    auto everybody = nlohmann::json::array();
    for (const Track& track : take.tracks) {
        const BodyParameters& own = track.at(0)->body;
        const JointChain chain(*body_, own.betas);
        const BodyParameters body = inWorld(*world_, chain.rest().row(0).transpose(), own);
        if (!isVmc) {
            everybody.push_back(personJson(track.id, body, smplJoints(chain.pose(body).positions)));
            continue;
        }
        const auto slot = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& s) { return s.person == track.id; });
        if (slot == slots_.end()) continue;  // no port is left
        for (const std::string& packet : vmcPackets(vmcBones(body, smplJoints(chain.rest())), time)) slot->sender.send(packet);
    }
    if (!isVmc) slots_.front().sender.send(nlohmann::json({{"time", time}, {"frame", frame}, {"people", everybody}}).dump());
}

}  // namespace hmr

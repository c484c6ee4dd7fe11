// SPDX-License-Identifier: MIT
#include "formats/stream/motion_stream.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "body/error.h"
#include "body/motion/joint_chain.h"
#include "body/rotation.h"
#include "formats/stream/vmc.h"

namespace hmr {
namespace {

constexpr int kJsonPort = 39600;

nlohmann::json personJson(int id, const BodyParameters& body, const JointFrames& joints) {
    auto rotations = nlohmann::json::array(), places = nlohmann::json::array();
    for (Eigen::Index joint = 0; joint < body.pose.rows(); ++joint) {
        const Eigen::Quaterniond q(rotationFromAxisAngle(body.pose.row(joint).transpose()));
        rotations.push_back({q.w(), q.x(), q.y(), q.z()});
        places.push_back({joints.positions(joint, 0), joints.positions(joint, 1), joints.positions(joint, 2)});
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
        if (failure != std::errc() || end != port.data() + port.size() || address.port < 1 || address.port > 65535)
            throw Error("\"" + text + "\" has no port from 1 to 65535.");
    }
    return address;
}

MotionStream::MotionStream(const StreamAddress& address, std::shared_ptr<const BodyModel> body) : address_(address), body_(std::move(body)) {
    if (body_->numJoints() != kNumSmplJoints) throw Error("Only bodies with SMPL's 24 joints can be streamed. Choose another body.");
    if (address_.protocol == StreamAddress::Protocol::Json) senders_.emplace(0, UdpSender(address_.host, address_.port));
    else UdpSender(address_.host, address_.port);  // says now if the address cannot be
}

void MotionStream::send(const std::vector<PersonEstimate>& people, int frameWidth, int frameHeight, int frame, double time) {
    TakeRecorder recorder("", frameWidth, frameHeight, 30);
    recorder.add(0, people);
    const Take& take = recorder.take();
    if (!world_ && !take.isEmpty()) world_ = worldOf(*body_, take);
    auto everybody = nlohmann::json::array();
    for (const Track& track : take.tracks) {
        const BodyParameters& own = track.at(0)->body;
        const JointChain chain(*body_, own.betas);
        const BodyParameters body = inWorld(*world_, chain.rest().row(0).transpose(), own);
        if (address_.protocol == StreamAddress::Protocol::Json) {
            everybody.push_back(personJson(track.id, body, chain.pose(body)));
            continue;
        }
        auto sender = senders_.find(track.id);
        if (sender == senders_.end()) {
            const int port = address_.port + static_cast<int>(senders_.size());
            if (port > 65535) continue;
            sender = senders_.emplace(track.id, UdpSender(address_.host, port)).first;
        }
        for (const std::string& packet : vmcPackets(vmcBones(body, chain.rest()), time)) sender->second.send(packet);
    }
    if (address_.protocol == StreamAddress::Protocol::Json)
        senders_.at(0).send(nlohmann::json({{"time", time}, {"frame", frame}, {"people", everybody}}).dump());
}

}  // namespace hmr

// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "body/person_estimate.h"
#include "inference/frame_source.h"
#include "inference/person_detector.h"
#include "network/hmr_network.h"

namespace hmr {

/// Everything known of one frame. Immutable once it left the pipeline.
struct FrameEstimate {
    Frame frame;
    std::vector<PersonEstimate> people;
    std::map<std::string, double> milliseconds;  ///< per stage: decode, detect, crop, network, fit, pose, total
    std::uint64_t request = 0;                   ///< the caller's number, handed through
};

struct RecoveryOptions {
    int maxPeople = 8;             ///< that a detector finds
    std::vector<PixelBox> boxes{};  ///< drawn by hand: used in place of detection when not empty, all of them
    /// Where another program saw the joints of those people, source pixels, in place of the network's: none, or one a box. Of one picture,
    /// not of the frames that follow.
    std::vector<std::optional<SeenJoints>> joints{};
    bool wholePictureFallback = true;  ///< nobody found: take the whole picture
    bool fitSeenJoints = true;     ///< pull bodies of SMPL's 24 joints onto where the network sees them, if it tells (body/fitting)
    bool refineBox = true;         ///< second pass when the body's own projection disagrees with the found box
    double smoothing = 0.5;        ///< [0, 1] for videos and live sources; 0: none
    int detectEvery = 15;          ///< frames between the detector's looks while people are followed
    std::uint64_t request = 0;
};

/// Pixels to people: detect → track → crop → network → pose. Blocking, Qt-free, used by one thread.
class Recovery {
public:
    Recovery(std::shared_ptr<const BodyModel> body, std::shared_ptr<HmrNetwork> network,
             std::shared_ptr<PersonDetector> detector, RecoveryOptions options = {});
    ~Recovery();

    RecoveryOptions& options();

    /// One picture by itself. A box by hand that misses the picture or is smaller than 8 pixels throws Error.
    FrameEstimate recover(const Frame& frame);

    /// The next frame of a video: people keep their ids, boxes follow the bodies, parameters are smoothed. Boxes by hand are of the
    /// first frame, and throw there as in a picture.
    FrameEstimate follow(const Frame& frame);

    /// Forgets the tracks.
    void reset();

    /// Runs a source to its end or until stopped, one call of onFrame a frame, in order. A live source is decoded on a thread of its
    /// own and only its newest frame is worked on. What fails with a source goes to onError, an exception of any kind as one line that
    /// names it: pictures go on with the next, a video or camera ends. Without onError the first failure throws. What onFrame throws
    /// ends the run and is thrown.
    void run(FrameSource& source, std::stop_token stop,
             const std::function<void(std::shared_ptr<const FrameEstimate>)>& onFrame,
             const std::function<void(const std::string& message)>& onError = {});

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace hmr

// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <memory>
#include <string>
#include <vector>

#include "body/camera.h"
#include "body/person_estimate.h"

namespace hmr {

/// One person's body in one frame of a take. Immutable once it is part of a track, hence shared between copies.
struct MotionSample {
    BodyParameters body;    ///< the root turns into the take's camera axes; translation in metres from the camera
    PixelBox box;           ///< where the person was seen, source pixels; empty if unknown
    CropWindow crop;        ///< what the network saw
    double confidence = 1;  ///< of the detection, [0, 1]
    bool isMade = false;    ///< filled in by a filter or a hand, not seen by the network
    bool operator==(const MotionSample&) const = default;
};
using SharedSample = std::shared_ptr<const MotionSample>;

/// One person over a take. Copies are cheap: samples are shared, and a changed frame is a new sample.
struct Track {
    int id = 0;                         ///< stable identity
    std::string name;                   ///< "person_1" and so on
    int firstFrame = 0;                 ///< of the take
    std::vector<SharedSample> samples;  ///< null in a gap

    int endFrame() const { return firstFrame + static_cast<int>(samples.size()); }  ///< behind the last
    const MotionSample* at(int frame) const;                                         ///< null outside and in gaps
    void set(int frame, SharedSample sample);  ///< null makes a gap; the track grows and shrinks to what it holds
    int numSamples() const;                    ///< frames with a sample
};

/// Frames [first, end).
struct FrameRange {
    int first = 0, end = 0;
    bool isEmpty() const { return end <= first; }
    bool contains(int frame) const { return frame >= first && frame < end; }
    bool operator==(const FrameRange&) const = default;
};
/// The frames between a track's first and last sample that have none.
std::vector<FrameRange> gapsOf(const Track& track);

/// A plane: the points p with normal·p = offset, in the take's camera axes. The normal points up.
struct FloorPlane {
    Eigen::Vector3d normal = {0, -1, 0};
    double offset = 0;     ///< metres
    bool isKnown = false;  ///< false: nobody has looked for it
    double heightOf(const Eigen::Vector3d& point) const { return normal.dot(point) - offset; }
    bool operator==(const FloorPlane&) const = default;
};

/// The motion of everybody in a video or recording. Positions are metres in the axes of one camera that stands still
/// (x right, y down, z forward) and has its principal point in the picture's middle.
struct Take {
    std::string source;      ///< what was opened
    int width = 0, height = 0;  ///< source pixels; 0 without a picture
    double focalLength = 1;  ///< pixels of the common camera
    double frameRate = 30;   ///< frames a second
    int numFrames = 0;
    int firstSourceFrame = 0;  ///< the frame of the source that is frame 0: a trimmed take begins later
    FloorPlane floor;
    std::vector<Track> tracks;  ///< ids differ

    Track* find(int id);
    const Track* find(int id) const;
    bool isEmpty() const { return tracks.empty(); }
};

/// Pinhole of a sample in the take's common camera.
PinholeCamera cameraOf(const Take& take, const MotionSample& sample);

/// The sample as the pipeline's estimate: its crop's camera sees the body where the take's camera does. Joints stay
/// empty (see updateJoints).
PersonEstimate estimateOf(const Take& take, const Track& track, const MotionSample& sample);

/// The sample of an estimate: root translation from the full-frame camera.
MotionSample sampleOf(const Take& take, const PersonEstimate& person);

/// Builds a take frame by frame; frames may come out of order, a later one of the same number replaces the earlier.
class TakeRecorder {
public:
    TakeRecorder(std::string source, int width, int height, double frameRate);
    void add(int frame, const std::vector<PersonEstimate>& people);
    const Take& take() const { return take_; }

private:
    Take take_;
};

}  // namespace hmr

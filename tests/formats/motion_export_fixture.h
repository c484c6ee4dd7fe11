// SPDX-License-Identifier: MIT
#pragma once
#include <QDir>
#include <QTemporaryDir>
#include <filesystem>

#include "body/motion/foot_locking.h"
#include "body/motion/joint_chain.h"
#include "formats/motion/take_file.h"
#include "support/walking_take.h"

namespace hmr::test {

inline constexpr double kMillimetre = 1e-3;

/// What the exports are measured by: the body posed by ourselves, in the world of the export.
class Truth {
public:
    Truth(const BodyModel& model, const Take& take, const MotionExportSettings& settings = {})
        : model_(model), world_(worldOf(model, take)), tracks_(exportedTracks(model, take, settings)) {}

    const std::vector<Track>& tracks() const { return tracks_; }
    PosedBody body(const Track& track, int frame) const {
        const BodyParameters& own = track.at(frame)->body;
        return poseBody(model_, inWorld(world_, shapedJoints(model_, own.betas).row(0).transpose(), own));
    }

private:
    const BodyModel& model_;
    WorldFrame world_;
    std::vector<Track> tracks_;
};

inline Eigen::Vector3d yUp(const Eigen::Vector3d& p, UpAxis up) { return up == UpAxis::Y ? p : Eigen::Vector3d(p.x(), p.z(), -p.y()); }

/// Three walkers, one of them with a gap, and a folder to export them to.
class MotionExportFixture {
public:
    MotionExportFixture() {
        folder_ = std::filesystem::path(directory_.path().toStdString()) / "my motion 动作";
        std::filesystem::create_directories(folder_);
    }

protected:
    static MotionExportSettings with(const char* preset) {
        MotionExportSettings settings;
        settings.preset = &exportPreset(preset);
        return settings;
    }
    std::filesystem::path write(const char* name, MotionFormat format, const MotionExportSettings& settings, bool each = false) const {
        return exportTake(folder_ / name, format, *model_, take_, settings, each).front();
    }
    static QStringList entries(const std::filesystem::path& folder) {
        return QDir(QString::fromStdString(folder.string())).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }

    QTemporaryDir directory_;
    std::filesystem::path folder_;
    const std::shared_ptr<const BodyModel> model_ = SmallBody::model();
    const Take take_ = walkingTake(3, 40, {18, 22});
};

}  // namespace hmr::test

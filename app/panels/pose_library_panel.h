// SPDX-License-Identifier: MIT
#pragma once
#include <QImage>
#include <QTimer>
#include <QWidget>
#include <filesystem>
#include <functional>
#include <memory>

#include "app/work/background_task.h"
#include "body/body_parameters.h"
#include "body/types.h"

class QLineEdit;
class QListWidget;
class QListWidgetItem;
class QPushButton;

namespace hmr {

class Session;

/// Poses with thumbnails: those that ship and those that the user saved. A double-click puts one on the chosen person, who keeps
/// facing as before; so does a file with a pose or a motion, whose first frame counts.
class PoseLibraryPanel : public QWidget {
    Q_OBJECT
public:
    /// Draws the session's body in a pose; may return an empty image while there is nothing to draw with.
    using Painter = std::function<QImage(const BodyParameters& parameters, const QSize& size)>;
    PoseLibraryPanel(Session& session, Painter painter, QWidget* parent = nullptr);

    /// Where the user's own poses lie; made when the first is saved.
    static std::filesystem::path folder();

Q_SIGNALS:
    void failed(const QString& message);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void readPoses();
    void addPoses(const std::filesystem::path& folder, bool isOwn);
    void paintNextThumbnail();
    void apply(QListWidgetItem* item);
    void applyPose(const QString& name, Points3d pose);
    void chooseFile();
    void readFile(const QString& file);
    void save();
    void remove();
    void updateButtons();

    Session& session_;
    Painter painter_;
    QListWidget* list_;
    QLineEdit* name_;
    QPushButton *apply_, *open_, *save_, *remove_;
    QTimer painting_;
    QString readName_;
    std::shared_ptr<Points3d> readPose_;  ///< from a file
    BackgroundTask reading_;
};

}  // namespace hmr

// SPDX-License-Identifier: MIT
#pragma once
#include <QWidget>

#include "app/fit_job.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QTreeWidget;

namespace hmr {

/// The 19 joints of the picture with how far, in pixels, the chosen body is off them, and the fit that pulls it there.
class FitPanel : public QWidget {
    Q_OBJECT
public:
    explicit FitPanel(Session& session, QWidget* parent = nullptr);

    void snap();  ///< "Snap to picture"
    /// The chosen person's silhouette in this picture: a mask of the picture's size (inference/picture.h, readMask).
    void useSilhouette(const QString& file);
    FitJob& job() { return job_; }

Q_SIGNALS:
    void failed(const QString& message);

private:
    void refresh();
    void chooseSilhouette();
    bool hasSilhouette() const;
    void take(const FitRequest& request, const FitResult& result);

    Session& session_;
    FitJob job_;
    QTreeWidget* table_;
    struct KnownSilhouette {
        Picture mask;
        PictureKey picture;
        int person = -1;
    };
    std::optional<KnownSilhouette> silhouette_;
    QLabel* summary_;
    QProgressBar* progress_;
    QPushButton *snap_, *cancel_, *clear_, *silhouetteButton_;
};

}  // namespace hmr

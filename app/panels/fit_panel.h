// SPDX-License-Identifier: MIT
#pragma once
#include <QWidget>

#include "app/work/fit_job.h"

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
    /// The chosen person's silhouette in this picture: a mask of the picture's size (inference/picture.h, readMask). Kept, as a step
    /// of undo, once it has been read.
    void useSilhouette(const QString& file);
    FitJob& job() { return job_; }

Q_SIGNALS:
    void failed(const QString& message);

private:
    void refresh();
    void chooseSilhouette();
    /// Whether nothing was changed since that a result of the request would overwrite.
    bool isCurrent(const FitRequest& request) const;
    void take(const FitRequest& request, const FitResult& result);

    Session& session_;
    FitJob job_;
    QTreeWidget* table_;
    QLabel* summary_;
    QProgressBar* progress_;
    QPushButton *snap_, *cancel_, *clear_, *silhouetteButton_;
};

}  // namespace hmr

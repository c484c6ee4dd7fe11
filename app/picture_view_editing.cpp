// SPDX-License-Identifier: MIT
// The hand on the bodies: choosing, dragging and turning joints, placing 2D joints, and what is drawn for it.
#include <QImage>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/editing/edit_commands.h"
#include "app/editing/joint_angles.h"
#include "app/editing/pose_editing.h"
#include "app/picture_view.h"
#include "body/error.h"
#include "body/rotation.h"
#include "renderer/scene_figure.h"

namespace hmr {
namespace {

constexpr double kHandleReach = 10, kRingReach = 6, kRingRadius = 62;  ///< logical pixels
constexpr int kGizmoTarget = 2000, kTargetTarget = 3000;               ///< what gestures hold on to
const QColor kTargetColor(255, 213, 74), kPinColor(255, 122, 89), kMeasureColor(120, 235, 190);
const QColor kAxisColors[3] = {QColor(235, 92, 92), QColor(112, 205, 96), QColor(96, 150, 245)};

double between(const QPointF& a, const QPointF& b) { return std::hypot(a.x() - b.x(), a.y() - b.y()); }

QString lowerLabel(std::string_view name) { return QString::fromStdString(jointLabel(name)).toLower(); }

/// The joint whose bone carries most of a vertex.
int boneOf(const BodyModel& model, int vertex) {
    using Sparse = Eigen::SparseMatrix<float, Eigen::RowMajor>;
    int best = 0;
    float most = 0;
    for (Sparse::InnerIterator bone(model.data().skinWeights, vertex); bone; ++bone) {
        if (bone.value() <= most) continue;
        most = bone.value();
        best = static_cast<int>(bone.col());
    }
    return best;
}

void haloed(QPainter& painter, const QPolygonF& line, const QColor& color, double width) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(15, 17, 20, 150), width + 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(line);
    painter.setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(line);
}

}  // namespace

std::optional<QPointF> PictureView::Seen::at(const Eigen::Vector3d& point) const {
    const auto pixel = view.pixel(point);
    if (!pixel) return std::nullopt;
    return placement.corner + QPointF(pixel->x(), pixel->y()) * placement.scale;
}

Eigen::Vector2d PictureView::Seen::scenePixel(const QPointF& point) const {
    const QPointF pixel = (point - placement.corner) / placement.scale;
    return {pixel.x(), pixel.y()};
}

std::optional<PictureView::Seen> PictureView::seen(int person) const {
    const std::vector<int> people = session_.recoveredPeople();
    const auto found = std::find(people.begin(), people.end(), person);
    const Scene scene = this->scene();
    if (found == people.end() || scene.figures.size() != people.size()) return std::nullopt;
    return Seen{figureViews(scene)[static_cast<std::size_t>(found - people.begin())], scenePlacement(scene)};
}

std::optional<QPointF> PictureView::widgetFromJoint(int person, int joint) const {
    const auto seen = this->seen(person);
    if (!seen) return std::nullopt;
    return seen->at(session_.person(person)->joints3d.row(joint).transpose());
}

std::optional<PictureView::Joint> PictureView::jointAt(const QPointF& point) const {
    if (!session_.view().skeleton) return std::nullopt;
    std::optional<Joint> best;
    double reach = kHandleReach;
    for (const int id : session_.recoveredPeople()) {
        const auto seen = this->seen(id);
        const Points3d& joints = session_.person(id)->joints3d;
        for (Eigen::Index joint = 0; seen && joint < joints.rows(); ++joint) {
            const auto place = seen->at(joints.row(joint).transpose());
            if (!place || between(point, *place) >= reach) continue;
            reach = between(point, *place);
            best = Joint{id, static_cast<int>(joint)};
        }
    }
    return best;
}

std::optional<PictureView::Joint> PictureView::partAt(const QPointF& point) {
    if (!renderer_ || session_.recoveredPeople().empty()) return std::nullopt;
    const Scene scene = this->scene();
    const QPointF pixel = (point - scenePlacement(scene).corner) / scenePlacement(scene).scale;
    makeCurrent();
    const auto hit = renderer_->pick(scene, {pixel.x(), pixel.y()}, 0.5);
    doneCurrent();
    if (!hit || hit->pickId == 0) return std::nullopt;
    const int person = static_cast<int>(hit->pickId) - 1;
    if (hit->joint >= 0) return Joint{person, hit->joint};
    // A part lies between its joint and the next: the nearer of them is what the hand means.
    const int bone = boneOf(*session_.body(), hit->vertex);
    Joint nearest{person, bone};
    const auto& parents = session_.body()->data().parents;
    const auto distance = [&](int joint) {
        const auto place = widgetFromJoint(person, joint);
        return place ? between(point, *place) : 1e9;
    };
    for (int joint = 0; joint < static_cast<int>(parents.size()); ++joint) {
        if (parents[static_cast<std::size_t>(joint)] == bone && distance(joint) < distance(nearest.joint)) nearest.joint = joint;
    }
    return nearest;
}

QPointF PictureView::placeOfTarget(const PersonEstimate& person, int joint) const {
    const auto& targets = targetsOf(session_, person.id);
    const auto set = targets.find(joint);
    return widgetFromPicture(set != targets.end() ? set->second : person.joints2d.row(joint).transpose().eval());
}

std::optional<int> PictureView::targetAt(const QPointF& point) const {
    const PersonEstimate* person = session_.person(session_.selectedPerson());
    if (!isOverlay() || !session_.view().joints2d || !person) return std::nullopt;
    std::optional<int> best;
    double reach = kHandleReach;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        const double away = between(point, placeOfTarget(*person, joint));
        if (away >= reach) continue;
        reach = away;
        best = joint;
    }
    return best;
}

std::optional<RotationGizmo> PictureView::gizmo() const {
    const int id = session_.selectedPerson(), joint = session_.selectedJoint();
    const auto posed = session_.posed(id);
    const auto seen = this->seen(id);
    if (!session_.view().gizmo || !posed || !seen || joint >= posed->joints.rows()) return std::nullopt;
    const Eigen::Vector3d center = posed->joints.row(joint).transpose();
    const Eigen::Matrix3d axes =
        session_.view().gizmoIsLocal ? posed->jointRotations[static_cast<std::size_t>(joint)] : Eigen::Matrix3d::Identity();
    const Eigen::Vector3d eye = seen->view.viewFromModel.inverse().translation();
    return RotationGizmo(center, axes, eye - center, kRingRadius, [&](const Eigen::Vector3d& point) { return seen->at(point); });
}

std::optional<QPointF> PictureView::pointOnRing(int axis, double share) const {
    const auto gizmo = this->gizmo();
    if (!gizmo || gizmo->ring(axis).isEmpty()) return std::nullopt;
    return gizmo->ring(axis)[static_cast<int>(share * (gizmo->ring(axis).size() - 1))];
}

bool PictureView::select(const std::optional<Joint>& joint) {
    if (!joint) return false;
    session_.selectPerson(joint->person);
    session_.selectJoint(joint->joint);
    return true;
}

bool PictureView::pressOnBody(const QPointF& point) {
    heldGizmo_ = gizmo();
    if (const auto axis = heldGizmo_ ? heldGizmo_->axisAt(point, kRingReach) : std::nullopt) {
        heldAxis_ = *axis;
        worldAtPress_ = session_.posed(session_.selectedPerson())->jointRotations[static_cast<std::size_t>(session_.selectedJoint())];
        turnedBy_ = 0;
        lastTurnPoint_ = point;
        session_.beginGesture();
        drag_ = Drag::TurnJoint;
        return true;
    }
    if (const auto target = targetAt(point)) {
        heldTarget_ = *target;
        handToJoint_ = placeOfTarget(*session_.person(session_.selectedPerson()), *target) - point;
        session_.beginGesture();
        drag_ = Drag::MoveTarget;
        return true;
    }
    if (!select(jointAt(point)) && !(posesBodies_ && select(partAt(point)))) return false;
    handToJoint_ = widgetFromJoint(session_.selectedPerson(), session_.selectedJoint()).value_or(point) - point;
    drag_ = Drag::MoveJoint;
    return true;
}

void PictureView::dragOnBody(const QPointF& point) {
    const int id = session_.selectedPerson();
    if (!session_.person(id)) return;
    try {
        if (drag_ == Drag::TurnJoint) {
            turnJoint(point);
        } else if (drag_ == Drag::MoveTarget) {
            const Eigen::Vector2d pixel = pictureFromWidget(point + handToJoint_);
            const QString text = tr("Place %1").arg(lowerLabel(kCocoPlusNames[static_cast<std::size_t>(heldTarget_)]));
            session_.undoStack().push(
                new ChangePerson(session_, id, text, withTarget(session_, id, heldTarget_, pixel), kTargetTarget + heldTarget_));
        } else if (const auto seen = this->seen(id)) {
            if (!bodyDrag_) bodyDrag_ = std::make_unique<BodyDrag>(session_, id, session_.selectedJoint(), seen->view);
            bodyDrag_->moveTo(seen->scenePixel(point + handToJoint_));
        }
    } catch (const Error& error) {
        drag_ = Drag::None;
        Q_EMIT failed(QString::fromStdString(error.what()));
    }
}

void PictureView::turnJoint(const QPointF& point) {
    const int id = session_.selectedPerson(), joint = session_.selectedJoint();
    // Summed from small steps, so that more than half a turn is no jump.
    turnedBy_ += heldGizmo_->angleBetween(heldAxis_, lastTurnPoint_, point);
    lastTurnPoint_ = point;
    const Eigen::Vector3d axis = heldGizmo_->axes().col(heldAxis_);
    const int parent = session_.body()->data().parents[static_cast<std::size_t>(joint)];
    const Eigen::Matrix3d parentRotation =
        parent < 0 ? Eigen::Matrix3d::Identity().eval() : session_.posed(id)->jointRotations[static_cast<std::size_t>(parent)];
    PersonEdit edit = session_.edit(id);
    edit.rotations[joint] = turnedInWorld(worldAtPress_, parentRotation, rotationFromAxisAngle(turnedBy_ * axis));
    const QString text = tr("Turn %1").arg(lowerLabel(kSmplJointNames[static_cast<std::size_t>(joint)]));
    session_.undoStack().push(new ChangePerson(session_, id, text, edit, kGizmoTarget + joint));
}

void PictureView::finishBodyDrag() {
    bodyDrag_.reset();
    heldGizmo_.reset();
    updateNotes();
}

void PictureView::setPosesBodies(bool posesBodies) {
    if (posesBodies == posesBodies_) return;
    posesBodies_ = posesBodies;
    if (posesBodies) setDrawsBoxes(false);
    Q_EMIT posesBodiesChanged(posesBodies);
}

void PictureView::paintEditing(QPainter& painter) const {
    const PersonEstimate* person = session_.person(session_.selectedPerson());
    const auto seen = person ? this->seen(person->id) : std::nullopt;
    if (!seen) return;
    if (session_.view().measures) paintMeasures(painter, *person, *seen);
    paintPins(painter, *person, *seen);
    if (isOverlay() && session_.view().joints2d) paintTargets(painter, *person);
    paintGizmo(painter);
}

void PictureView::paintMeasures(QPainter& painter, const PersonEstimate& person, const Seen& seen) const {
    try {
        const Points3f& vertices = session_.posed(person.id)->vertices;
        for (const Measurement& measure : session_.measurements(person.id)->measures) {
            QPolygonF line;
            for (const SurfacePoint& point : measure.curve) {
                if (const auto place = seen.at(placeOf(point, vertices).cast<double>())) line << *place;
            }
            if (line.size() > 2) line << line.front();
            haloed(painter, line, kMeasureColor, 1.6);
        }
    } catch (const Error&) {
        // The panel says what is wrong.
    }
}

void PictureView::paintPins(QPainter& painter, const PersonEstimate& person, const Seen& seen) const {
    const PersonEdit& edit = session_.edit(person.id);
    painter.setPen(QPen(QColor(20, 22, 26), 1.4));
    for (const int pin : edit.pinnedJoints) {
        const auto place = seen.at(person.joints3d.row(pin).transpose());
        if (!place) continue;
        painter.setBrush(kPinColor);
        painter.drawPolygon(QPolygonF{*place, *place + QPointF(-5, -11), *place + QPointF(5, -11)});
        painter.drawEllipse(*place + QPointF(0, -13), 5.5, 5.5);
    }
    if (!session_.view().skeleton) return;
    for (const int locked : edit.lockedJoints) {
        const auto place = seen.at(person.joints3d.row(locked).transpose());
        if (!place) continue;
        painter.setBrush(QColor(222, 224, 228));
        painter.drawRect(QRectF(place->x() + 6, place->y() - 3, 9, 7));
        painter.setBrush(Qt::NoBrush);
        painter.drawArc(QRectF(place->x() + 7.5, place->y() - 8, 6, 9), 0, 180 * 16);
    }
}

void PictureView::paintTargets(QPainter& painter, const PersonEstimate& person) const {
    const auto& targets = targetsOf(session_, person.id);
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        const QPointF place = placeOfTarget(person, joint);
        const bool isSet = targets.contains(joint);
        if (isSet) haloed(painter, QPolygonF{widgetFromPicture(person.joints2d.row(joint).transpose()), place}, kTargetColor, 1.4);
        painter.setPen(QPen(QColor(20, 22, 26), 1.4));
        painter.setBrush(isSet ? kTargetColor : QColor(255, 255, 255, 190));
        const double radius = isSet ? 5.5 : 4;
        painter.drawEllipse(place, radius, radius);
    }
}

void PictureView::paintGizmo(QPainter& painter) const {
    const auto gizmo = heldGizmo_ && drag_ == Drag::TurnJoint ? heldGizmo_ : this->gizmo();
    if (!gizmo) return;
    for (int axis = 0; axis < 3; ++axis) {
        const QPolygonF& ring = gizmo->ring(axis);
        const int half = static_cast<int>(ring.size()) / 2;
        QColor far = kAxisColors[axis];
        far.setAlpha(90);
        painter.setPen(QPen(far, 1.4));
        painter.drawPolyline(ring.mid(half));
        const bool isHeld = drag_ == Drag::TurnJoint && axis == heldAxis_;
        haloed(painter, QPolygonF(ring.mid(0, half + 1)), isHeld ? QColor(255, 255, 255) : kAxisColors[axis], isHeld ? 3 : 2.2);
    }
}

QImage PictureView::portrait(const BodyParameters& parameters, const QSize& size) {
    if (!renderer_ || !session_.body()) return {};
    BodyParameters upright = parameters;
    upright.pose.row(0) << EIGEN_PI, 0, 0;
    upright.betas.setZero();
    const PosedBody posed = poseBody(*session_.body(), upright);
    const Eigen::RowVector3d lowest = posed.vertices.colwise().minCoeff().cast<double>(), highest = posed.vertices.colwise().maxCoeff().cast<double>();
    const double depth = 6, reach = std::max((highest.x() - lowest.x()) / size.width(), (highest.y() - lowest.y()) / size.height());
    PinholeCamera camera;
    camera.focalLength = 0.86 * depth / reach;
    camera.principalPoint = Eigen::Vector2d(size.width(), size.height()) / 2;
    camera.translation << -(lowest + highest).head<2>().transpose() / 2, depth - (lowest.z() + highest.z()) / 2;
    Scene scene;
    scene.width = size.width();
    scene.height = size.height();
    scene.figures.push_back(sceneFigure(session_.body(), posed, camera));
    scene.samples = 0;  // larger instead: a software driver would compile anew for several samples a pixel
    constexpr double kEnlarged = 2;
    makeCurrent();
    const Picture drawn = renderer_->drawPicture(scene, kEnlarged);
    doneCurrent();
    const QImage large(drawn.pixels.data(), drawn.width, drawn.height, QImage::Format_RGBA8888);
    return large.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

}  // namespace hmr
